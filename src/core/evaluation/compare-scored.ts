/** Compares evaluations of which some were stopped early: over the items that both were asked. */
import type { Comparison, ItemResult, Score } from '../run/types';
import { compare } from './compare';

export interface Scored {
  items: readonly ItemResult[];
  score: Score | null;
}

const untested = 'not tested: an evaluation was stopped early';

/**
 * Where one was stopped for what its items showed, those items are no fair sample: a test that takes their number as given would
 * speak too soon, so there is none. Items that differ without any of the two having been stopped are an error, as ever.
 */
export function compareScored(a: Scored, b: Scored, against: string): Comparison {
  const isPartial = [a, b].some(({ score }) => score?.partial !== undefined);
  if (!isPartial) return compare(a.items, b.items, against);
  return { ...compare(...askedOfBoth(a.items, b.items), against), pValue: 1, verdict: 'no evidence', method: untested };
}

export function askedOfBoth(a: readonly ItemResult[], b: readonly ItemResult[]): [ItemResult[], ItemResult[]] {
  const ids = [a, b].map((results) => new Set(results.map(({ id }) => id)));
  const ofBoth = ({ id }: ItemResult): boolean => ids.every((known) => known.has(id));
  return [a.filter(ofBoth), b.filter(ofBoth)];
}
