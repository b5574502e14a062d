/** What a launch, or the trial before it, asks for: the job, and each configuration that it may run with instead. */
import { MlInternError } from '../../errors';
import { pretty } from '../../experiments/files';
import type { LaunchPlan } from '../../experiments/launch-plan';
import { jobsOfLaunch, launchJobId } from '../../experiments/launches';
import { stageOf, type Stage } from '../../experiments/pilot';
import { contentHash } from '../../hash';
import { finalStates, type JobContent } from '../../ports/box';
import { remaining, spendAt } from '../../run/budget';
import type { Rung } from '../../run/training';
import type { Decision, Proposal, ProposalSubject } from '../../run/types';
import type { ExperimentView, RunView } from '../../run/view';
import { budgetOf, type ToolKit, type ToolOutput } from './tool';

export type LaunchSubject = Extract<ProposalSubject, { kind: 'launch' }>;

export function launchSubject({ subject }: Proposal): LaunchSubject {
  if (subject.kind !== 'launch') throw new Error('The proposal of a launch is a launch.');
  return subject;
}

export function subjectOf(
  experiment: ExperimentView,
  { steps, environment, capSeconds, rules, secrets }: JobContent,
  { gpus, why: plan }: LaunchPlan,
  more: Pick<LaunchSubject, 'trial' | 'stage' | 'forecast' | 'ladder'>,
): LaunchSubject {
  return {
    ...{ kind: 'launch', experiment: experiment.id, steps, environment: environment ?? 'python3', capSeconds },
    ...{ gpus, plan, ...(rules ? { rules } : {}) },
    ...(secrets ? { secrets } : {}),
    ...more,
  };
}

/** The ladder where there is one: one rung that is the configuration as written is none. */
export function ladderIfAny(ladder: readonly Rung[], { config }: ExperimentView): { ladder?: Rung[] } {
  const isLadder = ladder.length > 1 || pretty(ladder[0]?.config) !== pretty(config);
  return isLadder ? { ladder: [...ladder] } : {};
}

/** What is approved: the job, and each configuration that may take the place of the first one. */
export function withLadder(hash: string, ladder: readonly Rung[] | undefined): string {
  return ladder ? contentHash({ job: hash, ladder: ladder.map(({ config }) => pretty(config)) }) : hash;
}

export function rejected(kit: ToolKit, { by, reason = '' }: Decision): ToolOutput {
  return { facts: { decision: 'rejected', by, reason, note: 'Nothing was started.', budget: budgetOf(kit) } };
}

export interface LaunchTime {
  stage: Stage | null;
  /** What the agent asked for, within the budget. */
  askedSeconds: number;
  /** What it gets: of a pilot, no more than every pilot. */
  capSeconds: number;
}

export function timeOf(kit: ToolKit, experiment: ExperimentView, capMinutes: number, gpus: number): LaunchTime {
  const { view, config } = kit.bench.journal;
  const stage = stageOf(view, config, experiment);
  const askedSeconds = withinBudget(kit, capMinutes, gpus);
  return { stage, askedSeconds, capSeconds: Math.min(askedSeconds, stage?.mostSeconds ?? Infinity) };
}

/** Never longer than what is left of the budget when every other launch uses up its own cap on all of its GPUs. */
function withinBudget(kit: ToolKit, capMinutes: number, gpus: number): number {
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

/** What was approved for an experiment that a person stopped before it began never begins. */
function isPruned({ experiments }: RunView, id: string): boolean {
  return experiments.find((one) => one.id === id)?.pruned === true;
}

/** A trial is over before its launch is proposed, so it promises nothing beside it. */
function promisedSeconds(kit: ToolKit): number {
  const { view } = kit.bench.journal;
  return view.proposals.reduce((sum, { proposal: { id, subject }, decision }) => {
    if (subject.kind !== 'launch' || subject.trial || decision?.verdict === 'reject') return sum;
    const job = jobsOfLaunch(view, launchJobId(kit.bench.runId, subject.experiment, id)).at(-1);
    if (job ? finalStates.has(job.state) : isPruned(view, subject.experiment)) return sum;
    return sum + subject.capSeconds * Math.max(1, subject.gpus ?? 1);
  }, 0);
}
