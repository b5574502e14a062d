/** The experiments as a tree: which came from which, what each was worth, and why some failed. */
import { span } from '../experiments/forecast';
import { selection, type Selection } from '../evaluation/selection';
import type { Comparison, Score } from './types';
import type { ExperimentView, PooledScore, RunView } from './view';

export interface TreeNode {
  id: string;
  parent: string | null;
  depth: number;
  hypothesis: string;
  outcome: ExperimentView['outcome'];
  note: string;
  /** Whether it trained as a pilot or at full length; null before its launch, and in runs of earlier versions. */
  stage: 'pilot' | 'full' | null;
  /** The experiment that it repeats with another seed. */
  repeats: string | null;
  dev: Score | null;
  /** Over all seeds; null where there is one. */
  pooled: PooledScore | null;
  toParent: Comparison | null;
  toBaseline: Comparison | null;
  /** Seconds on the box, and on its GPUs. */
  wallSeconds: number;
  gpuSeconds: number;
  /** Why it came to nothing. */
  failure: string | null;
  /** A person stopped the work on it. */
  pruned: boolean;
}

export interface ExperimentTree {
  /** Parents before their children. */
  nodes: TreeNode[];
  baseline: Score | null;
  /** How many experiments the verdicts are corrected for. */
  planned: number;
  /** How long new ideas may train at first; null in runs of earlier versions. */
  pilotSeconds: number | null;
  selection: Selection | null;
  queries: RunView['queries'];
}

export function treeOf(view: RunView): ExperimentTree {
  const { experiments, baseline, queries, config } = view;
  const ideas = experiments.filter(({ repeats }) => repeats === undefined);
  return {
    nodes: inOrder(experiments).map((experiment) => nodeOf(view, experiment)),
    baseline: baseline.dev,
    planned: Math.max(config?.budget.experiments ?? 0, experiments.length),
    pilotSeconds: config?.pilotSeconds ?? null,
    selection: selection(ideas.flatMap(({ dev, pooled }) => pooled?.score ?? dev ?? [])),
    queries,
  };
}

export function pilotsInWords(pilotSeconds: number | null): string | null {
  return pilotSeconds === null ? null : `New ideas train first as pilots of at most ${span(pilotSeconds)} each.`;
}

/** That a new idea is a pilot goes without saying, and short trainings are whole in a pilot's time. */
export function lengthInWords(stage: TreeNode['stage']): string | null {
  return stage === 'full' ? 'full length' : null;
}

export function repeatsInWords(repeats: string | null | undefined): string | null {
  return repeats ? `repeats ${repeats}` : null;
}

/** What an experiment came to over its seeds, e.g. `over seeds 1 and 2: 0.412 …`. */
export function pooledInWords({ score }: PooledScore, format: (score: Score) => string): string {
  return `over seeds ${score.seeds.join(' and ')}: ${format(score)}`;
}

/** An experiment and all that descends from it. */
export function subtreeOf(experiments: readonly ExperimentView[], root: string): string[] {
  const children = experiments.filter(({ parent }) => parent === root);
  return [root, ...children.flatMap(({ id }) => subtreeOf(experiments, id))];
}

type Told = Pick<RunView, 'jobs' | 'config' | 'proposals'>;

/** What the training or the trial before it came to grief on, as the box or a rule tells it, else as the agent noted it. */
export function failureOf({ jobs, config, proposals }: Told, experiment: ExperimentView): string | null {
  const job = jobs.findLast(({ experiment: of, kind }) => of === experiment.id && kind === 'train');
  if (job?.failure) return `${job.failure.class}: ${job.failure.message}`;
  const ended = job?.state === 'stopped' ? job.findings?.findLast(({ rule }) => config?.stopOn?.includes(rule)) : null;
  if (ended) return `${ended.rule}: ${ended.message}`;
  // A trial that only could not measure is followed by a launch.
  const isLaunched = proposals.some(
    ({ proposal: { subject } }) => subject.kind === 'launch' && !subject.trial && subject.experiment === experiment.id,
  );
  const trial = isLaunched ? undefined : jobs.findLast(({ trialOf }) => trialOf === experiment.id);
  if (trial?.failure) return `in its trial, ${trial.failure.class}: ${trial.failure.message}`;
  return experiment.outcome === 'failed' ? experiment.note : null;
}

/** The experiment that was promoted, is the last good one, or has the best lower bound on dev. */
export function bestOf(view: RunView): string | null {
  const scored = view.experiments.filter(({ dev }) => dev !== null);
  const [best] = scored.toSorted((a, b) => (b.dev?.low ?? 0) - (a.dev?.low ?? 0));
  return view.promotion?.experiment ?? view.lastGood?.experiment ?? best?.id ?? null;
}

const shownCause = 160;

/** What failed and why, one line an experiment: so that it is not tried again. */
export function failuresOf(view: Told & Pick<RunView, 'experiments'>): { experiment: string; cause: string }[] {
  return view.experiments.flatMap((experiment) => {
    const cause = failureOf(view, experiment);
    return cause === null ? [] : [{ experiment: experiment.id, cause: [...cause].slice(0, shownCause).join('') }];
  });
}

function inOrder(experiments: readonly ExperimentView[]): ExperimentView[] {
  const known = new Set(experiments.map(({ id }) => id));
  const roots = experiments.filter(({ parent }) => parent === null || !known.has(parent));
  const ids = roots.flatMap(({ id }) => subtreeOf(experiments, id));
  return ids.flatMap((id) => experiments.find((one) => one.id === id) ?? []);
}

function nodeOf(view: RunView, experiment: ExperimentView): TreeNode {
  const { id, parent, hypothesis, outcome, note, dev, comparison, toBaseline } = experiment;
  const jobs = view.jobs.filter((job) => job.experiment === id);
  const seconds = (of: 'wallSeconds' | 'gpuSeconds'): number => jobs.reduce((sum, job) => sum + job[of], 0);
  return {
    ...{ id, parent, depth: depthOf(view.experiments, experiment), hypothesis, outcome, note, dev },
    ...{ toParent: comparison, toBaseline, wallSeconds: seconds('wallSeconds'), gpuSeconds: seconds('gpuSeconds') },
    stage: stageAsLaunched(view, experiment),
    repeats: experiment.repeats ?? null,
    pooled: experiment.pooled ?? null,
    failure: failureOf(view, experiment),
    pruned: experiment.pruned === true,
  };
}

/** As its latest launch was approved. */
export function stageAsLaunched(
  { proposals }: Pick<RunView, 'proposals'>,
  { id }: Pick<ExperimentView, 'id'>,
): 'pilot' | 'full' | null {
  const stages = proposals.flatMap(({ proposal: { subject }, decision }) =>
    subject.kind === 'launch' && subject.experiment === id && decision?.verdict === 'approve' ? [subject.stage] : [],
  );
  return stages.findLast((stage) => stage !== undefined) ?? null;
}

function depthOf(experiments: readonly ExperimentView[], { parent }: ExperimentView): number {
  const above = experiments.find(({ id }) => id === parent);
  return above ? 1 + depthOf(experiments, above) : 0;
}
