/** Which of two evaluations over the same items is better, and what kind of change it is. */
import { MlInternError } from '../errors';
import type { Comparison, Difference, ItemResult, Verdict } from '../run/types';
import { bootstrapInterval, meanOf, signFlipTest } from './bootstrap';
import { grouped, type ItemOutcome } from './grouped';
import { countInterval, mcnemarExact, pairedDifferenceInterval, pairedMethod, type PairedCounts } from './paired';
import { count } from './score';

const significance = 0.05;
const resampling = { seed: 1 };
const gradedMethod = 'sign-flip test and bootstrap over the items that both answered (BCa), seed 1';

interface Pair {
  now: ItemOutcome;
  before: ItemOutcome;
}

/** `a` against `b`, item by item; positive differences speak for `a`. `against` names `b`. */
export function compare(a: readonly ItemResult[], b: readonly ItemResult[], against: string): Comparison {
  refuseOtherItems(a, b);
  const [left, right] = [grouped(a), grouped(b)];
  const pairs = pair(left.items, right.items);
  const binary = left.binary && right.binary;
  const measured = binary ? ofProportions(pairs) : ofGrades(pairs);
  return {
    ...{ against, n: pairs.length },
    ...measured,
    verdict: verdictOf(measured, measured.pValue),
    repaired: count(pairs, ({ now, before }) => now.correct && !before.correct && !before.valid),
    learned: count(pairs, ({ now, before }) => now.correct && !before.correct && before.valid),
    lost: count(pairs, ({ now, before }) => before.correct && !now.correct),
    format: partOf(pairs, binary, ({ now, before }) => now.valid !== before.valid),
    knowledge: partOf(pairs, binary, ({ now, before }) => now.valid === before.valid),
  };
}

/** Both must speak: the test, and the interval that a reader sees. */
export function verdictOf({ low, high, difference }: Difference, pValue: number): Verdict {
  if (pValue >= significance || (low <= 0 && high >= 0)) return 'no evidence';
  return difference > 0 ? 'better' : 'worse';
}

type Measured = Pick<Comparison, 'difference' | 'low' | 'high' | 'pValue' | 'method'>;

function ofProportions(pairs: readonly Pair[]): Measured {
  const counts = countPairs(pairs);
  const difference = pairs.length === 0 ? 0 : (counts.gained - counts.lost) / pairs.length;
  const pValue = mcnemarExact(counts.gained, counts.lost);
  return { difference, ...pairedDifferenceInterval(counts), pValue, method: pairedMethod };
}

function ofGrades(pairs: readonly Pair[]): Measured {
  const differences = pairs.map(differenceOf);
  return {
    difference: meanOf(differences),
    ...clipped(bootstrapInterval(differences, 2, resampling)),
    ...{ pValue: signFlipTest(differences, resampling), method: gradedMethod },
  };
}

/** What the pairs of one kind add to the difference; the two kinds add up to it. */
function partOf(pairs: readonly Pair[], binary: boolean, isOfKind: (pair: Pair) => boolean): Difference {
  const differences = pairs.map((each) => (isOfKind(each) ? differenceOf(each) : 0));
  if (!binary) return { difference: meanOf(differences), ...clipped(bootstrapInterval(differences, 2, resampling)) };
  const [gained, lost] = [count(differences, (each) => each > 0), count(differences, (each) => each < 0)];
  return { difference: meanOf(differences), ...countInterval(gained, lost, pairs.length) };
}

const differenceOf = ({ now, before }: Pair): number => now.score - before.score;

const clipped = ({ low, high }: { low: number; high: number }) => ({ low: Math.max(-1, low), high: Math.min(1, high) });

/** An item that one of them has no grade for tells nothing about their difference. */
function pair(a: readonly ItemOutcome[], b: readonly ItemOutcome[]): Pair[] {
  const earlier = new Map(b.map((outcome) => [outcome.id, outcome]));
  return a.flatMap((now) => {
    const before = earlier.get(now.id);
    return before ? [{ now, before }] : [];
  });
}

function refuseOtherItems(a: readonly ItemResult[], b: readonly ItemResult[]): void {
  const [left, right] = [a, b].map((results) => new Set(results.map(({ id }) => id))) as [Set<string>, Set<string>];
  const shared = [...left].filter((id) => right.has(id)).length;
  if (shared === left.size && shared === right.size) return;
  const counts = `the first has ${left.size} items, the second ${right.size}, and ${shared} are in both`;
  throw new MlInternError('bad-input', `The two evaluations are not over the same items: ${counts}.`, {
    next: 'Evaluate both models on the same split of the same benchmark, or compare what both hold (--common).',
  });
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
