/** What a reader must know of a score beside its numbers. */
import type { Score } from '../run/types';

/** Empty where there is nothing to add. */
export function scoreRemarks({ ungraded = 0 }: Score): string[] {
  if (ungraded === 0) return [];
  return [`${ungraded} ${ungraded === 1 ? 'answer' : 'answers'} without a verdict of the judge left out`];
}
