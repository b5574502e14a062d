/** What an experiment's evaluation must still be able to reach: the best model so far, item by item. */
import { grouped } from '../evaluation/grouped';
import type { ItemResult } from '../run/types';
import type { RunView } from '../run/view';

/** The chance that a model as good as the best is stopped: the best is one of several, and any could have been it. */
const mostWrong = 0.05;

/** As the evaluator on the box takes it. */
export interface Bar {
  model: string;
  /** Of the items, by id. */
  scores: Record<string, number>;
  alpha: number;
}

/** All that were scored on every dev item, the best first. */
export function scoredFully({ baseline, experiments }: Pick<RunView, 'baseline' | 'experiments'>): string[] {
  const all = [{ id: 'baseline', dev: baseline.dev }, ...experiments];
  const whole = all.flatMap(({ id, dev }) => (dev && !dev.partial ? [{ id, value: dev.value }] : []));
  return whole.toSorted((a, b) => b.value - a.value).map(({ id }) => id);
}

/** `items`: of the best of so many candidates. */
export function barOf(model: string, items: readonly ItemResult[], candidates: number): Bar {
  const scores = Object.fromEntries(grouped(items).items.map(({ id, score }) => [id, score]));
  return { model, scores, alpha: mostWrong / candidates };
}
