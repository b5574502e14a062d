/** Pilots: a new idea first gets a fixed time on the box, the same for all of a run; what holds up there may train longer. */
import { jsonHash } from '../hash';
import type { Budget, RunConfig } from '../run/types';
import { stageAsLaunched } from '../run/tree';
import type { ExperimentView, RunView } from '../run/view';
import { span } from './forecast';

export type StageName = 'pilot' | 'full';

/** How long an experiment may train, and why. */
export interface Stage {
  name: StageName;
  /** Of a pilot. */
  mostSeconds: number;
  why: string;
}

export type Idea = Pick<
  ExperimentView,
  'id' | 'codeHash' | 'repeats' | 'recipe' | 'dev' | 'comparison' | 'toBaseline' | 'pruned'
>;

/** Pilots of all experiments take at most this share of the budget; the rest is for what they speak for. */
const shareOfPilots = 0.5;
/** Shorter trainings are over before a pilot would have saved anything. */
const shortestSeconds = 600;
const longestSeconds = 3600;
/** So many of the best may train longer, whatever the comparison with their parents says. */
const bestKept = 2;

export function pilotSecondsOf({ wallHours, gpuHours = Infinity, experiments }: Budget): number {
  const hours = Math.min(wallHours, gpuHours);
  const each = (hours * 3600 * shareOfPilots) / Math.max(1, experiments);
  return Math.round(Math.min(longestSeconds, Math.max(shortestSeconds, each)) / 60) * 60;
}

/** Null in a run of an earlier version, which has no pilots. */
export function stageOf(
  { experiments, proposals }: { experiments: readonly Idea[] } & Pick<RunView, 'proposals'>,
  { pilotSeconds }: Pick<RunConfig, 'pilotSeconds'>,
  experiment: Idea,
): Stage | null {
  if (pilotSeconds === undefined) return null;
  const { repeats } = experiment;
  if (repeats !== undefined && stageAsLaunched({ proposals }, { id: repeats }) === 'pilot')
    return { name: 'pilot', mostSeconds: pilotSeconds, why: `It repeats the pilot ${repeats}.` };
  const pilots = experiments.filter((one) => one.dev !== null && one.pruned !== true && sameIdea(one, experiment));
  const held = pilots.find((pilot) => holdsUp(experiments, pilot));
  if (held) return { name: 'full', mostSeconds: Infinity, why: `The pilot ${held.id} speaks for it.` };
  const most = span(pilotSeconds);
  const why =
    pilots.length === 0
      ? `It is a new idea, so it trains first as a pilot of at most ${most}, as all do. When its dev score is not worse than its parent's, or among the ${bestKept} best, a child with the same script and sources may train longer.`
      : `Its pilot ${pilots.map(({ id }) => id).join(', ')} is worse than its parent and not among the ${bestKept} best, so it gets no more than a pilot's ${most}. Go on from another experiment.`;
  return { name: 'pilot', mostSeconds: pilotSeconds, why };
}

/** The same script and rows. The configuration may differ: that is how a longer training differs from its pilot. */
export function sameIdea(a: Idea, b: Idea): boolean {
  return a.codeHash !== undefined && a.codeHash === b.codeHash && jsonHash(a.recipe) === jsonHash(b.recipe);
}

function holdsUp(all: readonly Idea[], { id, comparison, toBaseline }: Idea): boolean {
  const best = all
    .flatMap(({ id: of, dev }) => (dev && !dev.partial ? [{ of, value: dev.value }] : []))
    .toSorted((a, b) => b.value - a.value)
    .slice(0, bestKept);
  return (comparison ?? toBaseline)?.verdict !== 'worse' || best.some(({ of }) => of === id);
}
