/** What a reader must know of a score beside its numbers. */
import type { ReferenceScore, Score } from '../run/types';

/** Empty where there is nothing to add. */
export function scoreRemarks({ ungraded = 0, partial }: Score): string[] {
  const left = `${ungraded} ${ungraded === 1 ? 'answer' : 'answers'} without a verdict of the judge left out`;
  return [...(partial ? [partialWords(partial)] : []), ...(ungraded === 0 ? [] : [left])];
}

/** Whose score it is. */
export function referenceName({ kind, model, examples }: ReferenceScore): string {
  return kind === 'instruct' ? `instruct model ${model}` : `base model, ${examples?.n ?? 0}-shot`;
}

const partialWords = ({ asked, of, behind }: NonNullable<Score['partial']>): string =>
  `partial, ${asked} of ${of} items: stopped early, hopeless behind ${behind}`;
