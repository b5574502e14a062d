/**
 * Repeats: the same script, data and configuration with another seed, to tell what was learned from what was luck. The
 * best of several scores is partly the luckiest, so before the promotion the two best are trained once more.
 */
import { jsonHash, sha256 } from '../hash';
import { finalStates } from '../ports/box';
import type { Remaining } from '../run/budget';
import type { Recipe } from '../run/types';
import type { ExperimentView, RunView } from '../run/view';
import { trainJobOf } from './training';

const bestRepeated = 2;
/** A run with fewer experiments needs them all for ideas; a larger one keeps some for repeats. */
const fewestWithRepeats = 6;
/** What a repeat may take of what the first training and evaluation took. */
const room = 1.25;

export function seedOf(config: Record<string, unknown>): number | null {
  return typeof config['seed'] === 'number' ? config['seed'] : null;
}

/** Configurations that differ in their seed and in nothing else. */
export function differInSeedOnly(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  return seedOf(a) !== seedOf(b) && jsonHash({ ...a, seed: null }) === jsonHash({ ...b, seed: null });
}

/** The experiment that this content repeats, if it repeats one. */
export function repeatedBy(
  { experiments }: Pick<RunView, 'experiments'>,
  { script, recipe, config }: { script: string; recipe: Recipe; config: Record<string, unknown> },
): string | undefined {
  const same = experiments.find(
    (one) =>
      one.codeHash === sha256(script) &&
      jsonHash(one.recipe) === jsonHash(recipe) &&
      differInSeedOnly(one.config, config),
  );
  return same && (same.repeats ?? same.id);
}

/** An experiment and its repeats, as far as they were scored on every item. */
export function scoredSeeds({ experiments }: Pick<RunView, 'experiments'>, root: string): ExperimentView[] {
  return experiments.filter(({ id, repeats, dev }) => (id === root || repeats === root) && dev && !dev.partial);
}

export function unusedSeed({ experiments }: Pick<RunView, 'experiments'>, root: ExperimentView): number {
  const group = experiments.filter(({ id, repeats }) => id === root.id || repeats === root.id);
  return 1 + Math.max(0, ...group.map(({ config }) => seedOf(config) ?? 0));
}

export interface OpenRepeat {
  experiment: string;
  /** The repeat that has no score yet; null where there is none. */
  repeat: string | null;
}

/** Which of the best still wait for a repeat that the budget allows, the best first. */
export function openRepeats(view: RunView, left: Remaining): OpenRepeat[] {
  let { experiments, wallSeconds, gpuSeconds } = left;
  return bestOf(view).flatMap((best): OpenRepeat[] => {
    const known = repeatOf(view, best.id);
    if (known === 'over') return [];
    if (known !== null) return [{ experiment: best.id, repeat: known }];
    const cost = costOf(view, best);
    [experiments, wallSeconds, gpuSeconds] = [experiments - 1, wallSeconds - cost.wall, gpuSeconds - cost.gpu];
    return experiments < 0 || wallSeconds < 0 || gpuSeconds < 0 ? [] : [{ experiment: best.id, repeat: null }];
  });
}

/** The last experiments of a budget are kept for repeats that are still to be written. */
export function isKeptForRepeats(view: RunView, left: Remaining, planned: number): boolean {
  const open = openRepeats(view, left).filter(({ repeat }) => repeat === null);
  return planned >= fewestWithRepeats && open.length > 0 && left.experiments <= open.length;
}

/** By dev, over all seeds. What is worse than the base model is not promoted, whatever a repeat says. */
function bestOf({ experiments }: RunView): ExperimentView[] {
  return experiments
    .filter(({ dev, pruned, outcome }) => dev && !dev.partial && !pruned && outcome !== 'failed')
    .filter(({ repeats }) => repeats === undefined)
    .toSorted((a, b) => valueOf(b) - valueOf(a))
    .slice(0, bestRepeated)
    .filter(({ toBaseline }) => toBaseline?.verdict !== 'worse');
}

const valueOf = ({ pooled, dev }: ExperimentView): number => (pooled?.score ?? dev)?.value ?? 0;

/** The repeat that is still to be scored, null where none was tried; a rejected or failed one was tried. */
function repeatOf(view: RunView, root: string): string | 'over' | null {
  const tried = view.proposals.flatMap(({ proposal: { subject }, decision }) =>
    subject.kind === 'script' && subject.repeats === root ? [{ id: subject.experiment, decision }] : [],
  );
  const open = tried.find(({ id, decision }) => decision?.verdict === 'approve' && !isOver(view, id));
  return open?.id ?? (tried.length > 0 ? 'over' : null);
}

function isOver(view: RunView, id: string): boolean {
  const experiment = view.experiments.find((one) => one.id === id);
  return experiment?.dev != null || cameToNothing(view, id);
}

/** It failed, was stopped, or its training did. */
export function cameToNothing(view: RunView, id: string): boolean {
  const experiment = view.experiments.find((one) => one.id === id);
  if (experiment === undefined) return false;
  const job = trainJobOf(view, experiment);
  const broke = job !== undefined && finalStates.has(job.state) && job.state !== 'finished';
  return experiment.outcome === 'failed' || experiment.pruned === true || broke;
}

function costOf({ jobs }: RunView, { id }: ExperimentView): { wall: number; gpu: number } {
  const own = jobs.filter(({ experiment }) => experiment === id);
  const sum = (of: 'wallSeconds' | 'gpuSeconds'): number => room * own.reduce((all, job) => all + job[of], 0);
  return { wall: sum('wallSeconds'), gpu: sum('gpuSeconds') };
}
