/** Verdicts over a whole tree of experiments: the more comparisons a run may make, the more each one must show. */
import type { Comparison } from '../run/types';
import { verdictOf } from './compare';
import { holm } from './holm';

/** What an experiment claims: to be better than the base model and, as a child, than its parent. */
export interface Claims {
  parent: string | null;
  comparison: Comparison | null;
  toBaseline: Comparison | null;
}

/**
 * The newest experiment's comparisons, corrected. Each of the `planned` experiments has the same part of the error that the
 * whole tree may make; a child divides its part between its two comparisons. So, over all experiments of the run and
 * however often one looks, "better" or "worse" is said of equal models in at most 5 % of runs.
 */
export function corrected<T extends Claims>(newest: T, earlier: readonly Claims[], planned: number): T {
  const all = [newest, ...earlier].flatMap((claims) => testsOf(claims));
  const adjusted = holm(all, Math.max(planned, earlier.length + 1));
  const correct = (comparison: Comparison | null): Comparison | null => {
    const at = all.findIndex((test) => test.comparison === comparison);
    return comparison && at >= 0 ? withAdjusted(comparison, adjusted[at] ?? 1) : comparison;
  };
  return { ...newest, comparison: correct(newest.comparison), toBaseline: correct(newest.toBaseline) };
}

/** One of the comparisons that could be made between any two of the planned experiments and the base model (Bonferroni). */
export function correctedPair(comparison: Comparison, planned: number): Comparison {
  const pairs = ((planned + 1) * planned) / 2;
  return withAdjusted(comparison, Math.min(1, comparison.pValue * pairs));
}

function testsOf({ parent, comparison, toBaseline }: Claims) {
  const weight = parent === null ? 1 : 0.5;
  return [comparison, toBaseline].flatMap((each) => (each ? [{ comparison: each, pValue: each.pValue, weight }] : []));
}

function withAdjusted(comparison: Comparison, adjustedP: number): Comparison {
  return { ...comparison, adjustedP, verdict: verdictOf(comparison, adjustedP) };
}
