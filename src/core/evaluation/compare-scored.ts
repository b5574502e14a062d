/** Compares evaluations of which some were stopped early: over the items that both were asked. */
import type { Comparison, ItemResult, Score } from '../run/types';
import { compare } from './compare';

export interface Scored {
  items: readonly ItemResult[];
  score: Score | null;
}

/** Items that differ without any of the two having been stopped are an error, as ever. */
export function compareScored(a: Scored, b: Scored, against: string): Comparison {
  const isPartial = [a, b].some(({ score }) => score?.partial !== undefined);
  return isPartial ? compare(...askedOfBoth(a.items, b.items), against) : compare(a.items, b.items, against);
}

export function askedOfBoth(a: readonly ItemResult[], b: readonly ItemResult[]): [ItemResult[], ItemResult[]] {
  const ids = [a, b].map((results) => new Set(results.map(({ id }) => id)));
  const ofBoth = ({ id }: ItemResult): boolean => ids.every((known) => known.has(id));
  return [a.filter(ofBoth), b.filter(ofBoth)];
}
