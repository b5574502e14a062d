/** Scores from the outcomes of single items. */
import type { ItemResult, Score } from '../run/types';
import { bootstrapInterval, meanOf } from './bootstrap';
import { grouped, isGraded, type Grouped } from './grouped';
import { wilsonInterval, type Interval } from './wilson';

const bootstrapMethod = 'bootstrap over items (BCa, seed 1)';

/** `n` counts items: one that was asked several times is one. */
export function scoreOf(
  outcomes: readonly ItemResult[],
  { metric, seeds, partial }: { metric: string; seeds: readonly number[]; partial?: Score['partial'] | undefined },
): Score {
  const results = outcomes.filter(isGraded);
  const all = grouped(results);
  const ungraded = outcomes.length - results.length;
  const share = (holds: (result: ItemResult) => boolean): number =>
    results.length === 0 ? 0 : count(results, holds) / results.length;
  return {
    metric,
    value: meanOf(all.items.map(({ score }) => score)),
    ...intervalOf(all),
    n: all.items.length,
    seeds: [...seeds],
    invalidShare: share((result) => !result.valid),
    truncatedShare: share((result) => result.truncated),
    meanTokens: meanOf(results.map(({ tokens }) => tokens)),
    ...(all.binary ? {} : { method: bootstrapMethod }),
    ...(ungraded === 0 ? {} : { ungraded }),
    ...(partial ? { partial } : {}),
  };
}

function intervalOf({ items, binary }: Grouped): Interval {
  if (binary) {
    return wilsonInterval(
      count(items, ({ correct }) => correct),
      items.length,
    );
  }
  const scores = items.map(({ score }) => score);
  const { low, high } = bootstrapInterval(scores, 1, { seed: 1 });
  return { low: Math.max(0, low), high: Math.min(1, high) };
}

export function count<T>(items: readonly T[], holds: (item: T) => boolean): number {
  return items.filter(holds).length;
}
