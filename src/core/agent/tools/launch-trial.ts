/** The trial before a launch. It runs the script on the box, so it is asked for as the launch itself is, and before it. */
import { span } from '../../experiments/forecast';
import type { LaunchPlan } from '../../experiments/launch-plan';
import { refuseErrors } from '../../experiments/script-lint';
import { approvedContent, launchHash, trainingPlan } from '../../experiments/training';
import { planTrial, tryOut, type PlannedTrial, type Trial } from '../../experiments/trial';
import type { WorkOrder } from '../../experiments/bench';
import type { Decision, Proposal } from '../../run/types';
import type { ExperimentView } from '../../run/view';
import { ladderIfAny, subjectOf, timeOf, withLadder } from './launch-proposal';
import type { ToolCallContext, ToolKit } from './tool';

export interface Asked {
  capMinutes: number;
  gpus: number | undefined;
  environment: string;
}

/** What the trial came to, the rejection of it, or null for a call whose launch was proposed before: it was tried then. */
export async function tryFirst(
  kit: ToolKit,
  experiment: ExperimentView,
  { capMinutes, gpus, environment }: Asked,
  call: ToolCallContext,
): Promise<{ trial: Trial | null } | { rejection: Decision }> {
  const { bench } = kit;
  if (bench.journal.view.proposals.some(({ proposal }) => proposal.id === call.id)) return { trial: null };
  await refuseBrokenScript(kit, experiment, call.signal);
  const { parameters } = await kit.preparation.baseModel();
  const plan = await trainingPlan(bench, experiment, parameters, gpus);
  const { askedSeconds, capSeconds } = timeOf(kit, experiment, capMinutes, plan.gpus);
  const planned = await planTrial(bench, experiment, { environment, plan, capSeconds: askedSeconds });
  const [first] = planned.orders;
  if (first) {
    const proposal = trialProposal(kit, experiment, { planned, first, plan, capSeconds, id: `${call.id}-trial` });
    const decision = await kit.broker.request(proposal, call.signal);
    if (decision.verdict === 'reject') return { rejection: decision };
  }
  return { trial: await tryOut(bench, experiment, planned, call.signal) };
}

/** A person may have edited the script when they approved it. */
async function refuseBrokenScript(kit: ToolKit, experiment: ExperimentView, signal: AbortSignal): Promise<void> {
  const checked = await kit.scriptLint?.check(await approvedContent(kit.bench, experiment), signal);
  if (checked?.found) refuseErrors(checked.found);
}

interface Trying {
  planned: PlannedTrial;
  first: WorkOrder;
  plan: LaunchPlan;
  /** Of the training. */
  capSeconds: number;
  id: string;
}

function trialProposal(
  { bench }: ToolKit,
  experiment: ExperimentView,
  { planned, first, plan, capSeconds, id }: Trying,
): Proposal {
  const { content, hash } = launchHash(bench, first);
  const ladder = ladderIfAny(planned.ladder, experiment);
  return {
    ...{ id, kind: 'launch', hash: withLadder(hash, ladder.ladder) },
    title: `Try the script of ${experiment.id} before its training`,
    why: `A training of at most ${span(capSeconds)} is wanted. The trial ends after at most ${span(content.capSeconds)}, usually after two minutes, and says how long the training would take and how much memory; the launch is proposed after it, with that forecast.`,
    subject: subjectOf(experiment, content, plan, { trial: true, ...ladder }),
  };
}
