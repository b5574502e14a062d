/** The tool that starts a training: tried first where that pays, within the budget, exactly as approved. */
import { z } from 'zod';
import { MlInternError } from '../../errors';
import { jobRequest } from '../../experiments/bench';
import { pretty } from '../../experiments/files';
import { forecastInWords } from '../../experiments/forecast';
import type { LaunchPlan } from '../../experiments/launch-plan';
import { jobsOfLaunch, launchJobId } from '../../experiments/launches';
import { refuseErrors } from '../../experiments/script-lint';
import { approvedContent, launchHash, stopRules, trainingOrder, trainingPlan } from '../../experiments/training';
import { forecastOf, tryOut, type Trial } from '../../experiments/trial';
import { contentHash } from '../../hash';
import { finalStates } from '../../ports/box';
import { remaining, spendAt } from '../../run/budget';
import type { Forecast, Rung } from '../../run/training';
import type { Proposal, ProposalSubject } from '../../run/types';
import { prunedError } from '../../run/tree-asks';
import type { ExperimentView } from '../../run/view';
import { budgetOf, defineTool, type AgentTool, type ToolKit } from './tool';

type LaunchSubject = Extract<ProposalSubject, { kind: 'launch' }>;

export function launchJob(kit: ToolKit): AgentTool {
  return defineTool({
    name: 'launch_job',
    description:
      'Start the training of an approved experiment on the box. A long one is tried for some minutes first and refused, with what would fit, when it would not end in time or not fit the memory. It runs on by itself; use wait_for_job.',
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
      const trial = await trialFor(kit, experiment, { callId: call.id, capMinutes, gpus, environment }, call.signal);
      const proposal = await kit.broker.propose(call.id, async () => {
        const plan = await planOf(gpus);
        const cap = capSeconds(kit, capMinutes, plan.gpus);
        const forecast = trial ? await forecastOf(bench, experiment, trial, { plan, capSeconds: cap }) : undefined;
        const ladder = trial && isLadder(trial.ladder, experiment) ? trial.ladder : undefined;
        const { content, hash } = launchHash(bench, await orderOf(cap, plan, ladder?.[0]?.config));
        const subject = subjectOf(experiment, content, plan, { forecast, ladder });
        return launchProposal(call.id, withLadder(hash, ladder), experiment, subject);
      });
      // A repeated call keeps its cap, its GPUs and its ladder; whatever else changed since shows in the hash and is refused.
      const { capSeconds: cap, gpus: taken, ladder } = launchSubject(proposal);
      const order = await orderOf(cap, await planOf(taken), ladder?.[0]?.config);
      const hash = withLadder(launchHash(bench, order).hash, ladder);
      const decision = await kit.broker.request({ ...proposal, hash }, call.signal);
      if (decision.verdict === 'reject') {
        return {
          facts: {
            decision: 'rejected',
            by: decision.by,
            reason: decision.reason ?? '',
            note: 'Nothing was started.',
            budget: budgetOf(kit),
          },
        };
      }
      await bench.jobs.submit(await jobRequest(bench, order), { experiment: id, folder: experiment.folder });
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
  if (experiment?.pruned) throw prunedError(id);
  if (experiment) return experiment;
  throw new MlInternError('bad-input', `There is no approved experiment ${id}.`, {
    next: 'Write its script first and wait for approval.',
  });
}

interface Asked {
  callId: string;
  capMinutes: number;
  gpus: number | undefined;
  environment: string;
}

/** Null for a call whose proposal stands: it was tried before it was made. */
async function trialFor(
  kit: ToolKit,
  experiment: ExperimentView,
  { callId, capMinutes, gpus, environment }: Asked,
  signal: AbortSignal,
): Promise<Trial | null> {
  const { bench } = kit;
  if (bench.journal.view.proposals.some(({ proposal }) => proposal.id === callId)) return null;
  await refuseBrokenScript(kit, experiment, signal);
  const { parameters } = await kit.preparation.baseModel();
  const plan = await trainingPlan(bench, experiment, parameters, gpus);
  return tryOut(bench, experiment, { environment, plan, capSeconds: capSeconds(kit, capMinutes, plan.gpus) }, signal);
}

/** A person may have edited the script when they approved it. */
async function refuseBrokenScript(kit: ToolKit, experiment: ExperimentView, signal: AbortSignal): Promise<void> {
  const found = await kit.scriptLint?.check(await approvedContent(kit.bench, experiment), signal);
  if (found) refuseErrors(found);
}

function isLadder(ladder: readonly Rung[], { config }: ExperimentView): boolean {
  return ladder.length > 1 || pretty(ladder[0]?.config) !== pretty(config);
}

/** What is approved: the job, and each configuration that may take the place of the first one. */
function withLadder(hash: string, ladder: readonly Rung[] | undefined): string {
  return ladder ? contentHash({ job: hash, ladder: ladder.map(({ config }) => pretty(config)) }) : hash;
}

/** Never longer than what is left of the budget when every other launch uses up its own cap on all of its GPUs. */
function capSeconds(kit: ToolKit, capMinutes: number, gpus: number): number {
  const { view, config } = kit.bench.journal;
  const left = remaining(config.budget, spendAt(view, kit.clock.now()));
  const gpuSeconds = (left.gpuSeconds - promisedSeconds(kit)) / Math.max(1, gpus);
  const cap = Math.floor(Math.min(Math.max(1, capMinutes) * 60, left.wallSeconds, gpuSeconds));
  if (cap < 10)
    throw new MlInternError('budget-spent', 'Too little of the budget is left to train.', {
      next: 'Call finish with the best experiment, or wait for the jobs that run.',
    });
  return cap;
}

function promisedSeconds(kit: ToolKit): number {
  const { view } = kit.bench.journal;
  const open = view.proposals.filter(({ proposal: { id, subject }, decision }) => {
    if (subject.kind !== 'launch' || decision?.verdict === 'reject') return false;
    const job = jobsOfLaunch(view, launchJobId(kit.bench.runId, subject.experiment, id)).at(-1);
    return !job || !finalStates.has(job.state);
  });
  return open.reduce((sum, { proposal }) => {
    const { capSeconds: cap, gpus = 1 } = launchSubject(proposal);
    return sum + cap * Math.max(1, gpus);
  }, 0);
}

function launchSubject({ subject }: Proposal): LaunchSubject {
  if (subject.kind !== 'launch') throw new Error('The proposal of a launch is a launch.');
  return subject;
}

function subjectOf(
  experiment: ExperimentView,
  { steps, environment, capSeconds: cap }: { steps: string[][]; environment: string | null; capSeconds: number },
  { gpus, why: plan }: LaunchPlan,
  { forecast, ladder }: { forecast: Forecast | undefined; ladder: Rung[] | undefined },
): LaunchSubject {
  return {
    ...{ kind: 'launch', experiment: experiment.id, steps, environment: environment ?? 'python3', capSeconds: cap },
    ...{ gpus, plan, rules: stopRules(gpus) },
    ...(forecast ? { forecast } : {}),
    ...(ladder ? { ladder } : {}),
  };
}

function launchProposal(id: string, hash: string, experiment: ExperimentView, subject: LaunchSubject): Proposal {
  return { id, kind: 'launch', hash, title: `Train experiment ${experiment.id}`, why: experiment.hypothesis, subject };
}

function forecastFacts(proposal: Proposal, trial: Trial | null): Record<string, unknown> {
  const { forecast, ladder } = launchSubject(proposal);
  return {
    ...(forecast ? { forecast: forecastInWords(forecast) } : {}),
    ...(trial?.note ? { trial: trial.note } : {}),
    ...(ladder ? { ifMemoryRunsOut: ladder.slice(1).map(({ change }) => change) } : {}),
  };
}
