/** Which of two evaluations over the same items is better, and what kind of change it is. */
import { MlInternError } from '../errors';
import type { Comparison, ItemResult, Verdict } from '../run/types';
import { mcnemarExact, pairedDifferenceInterval, pairedMethod, type PairedCounts } from './paired';
import { count } from './score';

const significance = 0.05;

/** `a` against `b`, item by item; positive differences speak for `a`. `against` names `b`. */
export function compare(a: readonly ItemResult[], b: readonly ItemResult[], against: string): Comparison {
  const pairs = pair(a, b);
  const counts = countPairs(pairs);
  const pValue = mcnemarExact(counts.gained, counts.lost);
  const difference = pairs.length === 0 ? 0 : (counts.gained - counts.lost) / pairs.length;
  return {
    against,
    n: pairs.length,
    difference,
    ...pairedDifferenceInterval(counts),
    pValue,
    method: pairedMethod,
    verdict: verdictOf(difference, pValue),
    repaired: count(pairs, ({ now, before }) => now.correct && !before.correct && !before.valid),
    learned: count(pairs, ({ now, before }) => now.correct && !before.correct && before.valid),
    lost: counts.lost,
  };
}

function verdictOf(difference: number, pValue: number): Verdict {
  if (pValue >= significance) return 'no evidence';
  return difference > 0 ? 'better' : 'worse';
}

interface Pair {
  now: ItemResult;
  before: ItemResult;
}

function pair(a: readonly ItemResult[], b: readonly ItemResult[]): Pair[] {
  const earlier = new Map(b.map((result) => [result.id, result]));
  const pairs = a.flatMap((now) => {
    const before = earlier.get(now.id);
    return before ? [{ now, before }] : [];
  });
  if (pairs.length !== a.length || pairs.length !== b.length) {
    throw new MlInternError(
      'bad-input',
      'The two evaluations are not over the same items, so they cannot be compared.',
      {
        next: 'Evaluate both models on the same split of the same benchmark.',
      },
    );
  }
  return pairs;
}

function countPairs(pairs: readonly Pair[]): PairedCounts {
  const where = (now: boolean, before: boolean): number =>
    count(pairs, (each) => each.now.correct === now && each.before.correct === before);
  return {
    bothRight: where(true, true),
    gained: where(true, false),
    lost: where(false, true),
    bothWrong: where(false, false),
  };
}
