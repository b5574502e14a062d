/** What a replay showed, a sentence each; how a score is written is for the surface to say. */
import type { Score } from '../run/types';
import type { ReplayResult } from './replay';

export function replayInWords(result: ReplayResult, scoreText: (score: Score) => string): string[] {
  const { experiment, within, changed, sameWeights } = result;
  const weights =
    sameWeights === null ? '' : ` The weights are ${sameWeights ? 'the same, bit for bit' : 'not the same bits'}.`;
  return [
    `${experiment}: ${scoreText(result.new)}; before ${scoreText(result.old)}.`,
    `The new score lies ${within ? 'in' : 'outside'} the interval of the old one.${weights}`,
    ...(changed.length === 0 ? [] : [`Not the same as then: ${changed.join(', ')}.`]),
  ];
}
