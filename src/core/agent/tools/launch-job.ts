/** The tool that starts a training: tried first where that pays, within the budget, exactly as approved. */
import { z } from 'zod';
import { MlInternError } from '../../errors';
import { jobRequest } from '../../experiments/bench';
import { forecastInWords } from '../../experiments/forecast';
import type { LaunchPlan } from '../../experiments/launch-plan';
import { launchJobId } from '../../experiments/launches';
import { launchHash, trainingOrder, trainingPlan } from '../../experiments/training';
import { forecastOf, type Trial } from '../../experiments/trial';
import type { Rung } from '../../run/training';
import type { Proposal } from '../../run/types';
import { refusePruned } from '../../run/tree-asks';
import type { ExperimentView } from '../../run/view';
import {
  ladderIfAny,
  launchSubject,
  rejected,
  subjectOf,
  timeOf,
  withLadder,
  type LaunchSubject,
} from './launch-proposal';
import { tryFirst } from './launch-trial';
import { budgetOf, defineTool, type AgentTool, type ToolKit } from './tool';

export function launchJob(kit: ToolKit): AgentTool {
  return defineTool({
    name: 'launch_job',
    description:
      'Start the training of an approved experiment on the box. A long one is tried for some minutes first (asked for as the launch is) and refused, with what would fit, when it would not end in time or not fit the memory. It runs on by itself; use wait_for_job.',
    schema: z.object({
      experiment: z.string(),
      capMinutes: z.number().describe('The supervisor ends the job after this time'),
      gpus: z
        .number()
        .int()
        .min(1)
        .optional()
        .describe('How many GPUs to use; default: as many of the box as are of use'),
    }),
    async run({ experiment: id, capMinutes, gpus }, call) {
      const { bench } = kit;
      const experiment = launchable(kit, id);
      const jobId = launchJobId(bench.runId, id, call.id);
      const environment = await kit.preparation.environment('train');
      const { parameters } = await kit.preparation.baseModel();
      const planOf = (wanted: number | undefined) => trainingPlan(bench, experiment, parameters, wanted);
      const orderOf = (capSeconds: number, plan: LaunchPlan, config: Rung['config'] | undefined) =>
        trainingOrder(bench, experiment, { id: jobId, environment, capSeconds, plan, config });
      const tried = await tryFirst(kit, experiment, { capMinutes, gpus, environment }, call);
      if ('rejection' in tried) return rejected(kit, tried.rejection);
      const { trial } = tried;
      const proposal = await kit.broker.propose(call.id, async () => {
        refusePruned(bench.journal.view, id);
        const plan = await planOf(gpus);
        const { stage, capSeconds } = timeOf(kit, experiment, capMinutes, plan.gpus);
        const forecast = trial ? await forecastOf(bench, experiment, trial, { plan, capSeconds, stage }) : undefined;
        const ladder = trial ? ladderIfAny(trial.ladder, experiment) : {};
        const { content, hash } = launchHash(bench, await orderOf(capSeconds, plan, ladder.ladder?.[0]?.config));
        const subject = subjectOf(experiment, content, plan, {
          ...(stage ? { stage: stage.name } : {}),
          ...(forecast ? { forecast } : {}),
          ...ladder,
        });
        return launchProposal(call.id, withLadder(hash, ladder.ladder), experiment, subject);
      });
      // A repeated call keeps its cap, its GPUs and its ladder; whatever else changed since shows in the hash and is refused.
      const { capSeconds: cap, gpus: taken, ladder } = launchSubject(proposal);
      const order = await orderOf(cap, await planOf(taken), ladder?.[0]?.config);
      const hash = withLadder(launchHash(bench, order).hash, ladder);
      const decision = await kit.broker.request({ ...proposal, hash }, call.signal);
      if (decision.verdict === 'reject') return rejected(kit, decision);
      const request = await jobRequest(bench, order);
      refusePruned(bench.journal.view, id);
      await bench.jobs.submit(request, { experiment: id, folder: experiment.folder });
      return {
        facts: {
          job: jobId,
          state: bench.jobs.view(jobId)?.state,
          decision: 'approved',
          ...forecastFacts(proposal, trial),
          budget: budgetOf(kit),
        },
      };
    },
  });
}

function launchable(kit: ToolKit, id: string): ExperimentView {
  const { view } = kit.bench.journal;
  if (view.baseline.dev === null)
    throw new MlInternError('bad-input', 'The base model has no score yet.', {
      next: 'Call evaluate with experiment "baseline" first.',
    });
  const experiment = view.experiments.find((known) => known.id === id);
  refusePruned(view, id);
  if (experiment?.dev)
    throw new MlInternError('bad-input', `${id} is trained and has its score.`, {
      next: `Write an experiment with the parent ${id} that changes what should change: config for a longer training, "seed" for a repeat.`,
    });
  if (experiment) return experiment;
  throw new MlInternError('bad-input', `There is no approved experiment ${id}.`, {
    next: 'Write its script first and wait for approval.',
  });
}

function launchProposal(id: string, hash: string, experiment: ExperimentView, subject: LaunchSubject): Proposal {
  return { id, kind: 'launch', hash, title: `Train experiment ${experiment.id}`, why: experiment.hypothesis, subject };
}

function forecastFacts(proposal: Proposal, trial: Trial | null): Record<string, unknown> {
  const { forecast, ladder, stage, capSeconds } = launchSubject(proposal);
  return {
    ...(stage ? { stage } : {}),
    endsAfterMinutes: Math.round(capSeconds / 60),
    ...(forecast ? { forecast: forecastInWords(forecast) } : {}),
    ...(trial?.note ? { trial: trial.note } : {}),
    ...(ladder ? { ifMemoryRunsOut: ladder.slice(1).map(({ change }) => change) } : {}),
  };
}
