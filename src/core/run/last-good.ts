/** Which model of a run is the last good one: the base model, until the doctor passes one whose dev score is better. */
import type { ExperimentView, LastGood, RunView } from './view';

/** The score that an experiment is ranked by: over its seeds, on all dev items; null where it has none. */
function rankedScore({ dev, pooled }: ExperimentView): ExperimentView['dev'] {
  return dev === null || dev.partial ? null : (pooled?.score ?? dev);
}

/** Ideas with a score on all dev items, the best first. A repeat is no other idea, and what a person stopped is none any more. */
export function rankedIdeas(view: Pick<RunView, 'experiments'>): ExperimentView[] {
  const ideas = view.experiments.filter(({ repeats, pruned }) => repeats === undefined && pruned !== true);
  const scored = ideas.flatMap((idea) => {
    const score = rankedScore(idea);
    return score === null ? [] : [{ idea, low: score.low }];
  });
  return scored.toSorted((a, b) => b.low - a.low).map(({ idea }) => idea);
}

/** By its score alone: better than the base model, and than the last good one by the lower bound. */
export function wouldBeLastGood(view: Pick<RunView, 'experiments' | 'lastGood'>, id: string): boolean {
  const idea = rankedIdeas(view).find((one) => one.id === id);
  const score = idea && rankedScore(idea);
  if (!idea || !score || (idea.pooled ?? idea).toBaseline?.verdict !== 'better') return false;
  const { lastGood } = view;
  const now = view.experiments.find((one) => one.id === lastGood?.experiment);
  return lastGood === null || score.low > ((now && rankedScore(now))?.low ?? 0);
}

export function withLastGood(view: RunView, id: string, why: LastGood['why']): RunView {
  const experiment = view.experiments.find((one) => one.id === id);
  const job = view.jobs.findLast((one) => one.experiment === id && one.kind === 'train' && one.state === 'finished');
  if (!experiment || !job || experiment.doctor?.ok === false) return view;
  return { ...view, lastGood: { experiment: id, job: job.id, dev: experiment.dev, why } };
}

/** The doctor passed it: it is the last good one if it is better. */
export function withExamined(view: RunView, id: string): RunView {
  return wouldBeLastGood(view, id) ? withLastGood(view, id, 'examined') : view;
}

/** What the doctor refused is not the last good model; the best of those that it passed is, or else the base model. */
export function withoutRefused(view: RunView, id: string): RunView {
  if (view.lastGood?.experiment !== id) return view;
  const passed = rankedIdeas(view).filter(({ doctor }) => doctor?.ok === true);
  return passed.reduce<RunView>((next, one) => withExamined(next, one.id), { ...view, lastGood: null });
}
