/** Correction for many comparisons: how sure one may be of each when several were made. */

export interface Tested {
  pValue: number;
  /** Its part of the error that may be made, in proportion to the others; default 1. */
  weight?: number;
}

/**
 * Holm's (1979) adjusted p-values, with his weights: the chance of even one false claim stays at 5 % when only those below
 * 0.05 are believed. `family` is the weight of all comparisons that may be made, also of those still to come: counted from
 * the start, so that looking after each experiment costs nothing, and what was once claimed is never taken back.
 */
export function holm(tests: readonly Tested[], family = 0): number[] {
  const weightOf = ({ weight = 1 }: Tested): number => weight;
  const share = ({ pValue, weight = 1 }: Tested): number => pValue / weight;
  const order = tests.map((test, index) => ({ test, index })).sort((a, b) => share(a.test) - share(b.test));
  const made = tests.reduce((sum, test) => sum + weightOf(test), 0);
  let left = Math.max(made, family);
  let highest = 0;
  const adjusted = tests.map(() => 1);
  for (const { test, index } of order) {
    highest = Math.max(highest, share(test) * left);
    adjusted[index] = Math.min(1, highest);
    left -= weightOf(test);
  }
  return adjusted;
}
