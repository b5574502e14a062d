/** Scores from the outcomes of single items. */
import type { ItemResult, Score } from '../run/types';
import { wilsonInterval } from './wilson';

export function scoreOf(
  results: readonly ItemResult[],
  { metric, seeds }: { metric: string; seeds: readonly number[] },
): Score {
  const n = results.length;
  const correct = count(results, (result) => result.correct);
  const share = (part: number): number => (n === 0 ? 0 : part / n);
  return {
    metric,
    value: share(correct),
    ...wilsonInterval(correct, n),
    n,
    seeds: [...seeds],
    invalidShare: share(count(results, (result) => !result.valid)),
    truncatedShare: share(count(results, (result) => result.truncated)),
    meanTokens: share(results.reduce((sum, result) => sum + result.tokens, 0)),
  };
}

export function count<T>(items: readonly T[], holds: (item: T) => boolean): number {
  return items.filter(holds).length;
}
