/** Paired comparison of two proportions over the same items. */
import { wilsonInterval, z95, type Interval } from './wilson';

/** How many items fell where: `gained` went from wrong to right, `lost` from right to wrong. */
export interface PairedCounts {
  bothRight: number;
  gained: number;
  lost: number;
  bothWrong: number;
}

export const pairedMethod = "McNemar's exact test; Newcombe's paired score interval (1998, method 10)";

/** McNemar's exact p-value, two-sided: how likely so uneven a split of the changed items would be by a fair coin. */
export function mcnemarExact(gained: number, lost: number): number {
  const changed = gained + lost;
  if (changed === 0) return 1;
  const fewer = Math.min(gained, lost);
  let tail = 0;
  for (let k = 0; k <= fewer; k++) tail += Math.exp(logChoose(changed, k) - changed * Math.LN2);
  return Math.min(1, 2 * tail);
}

/**
 * 95 % interval of the difference between two paired proportions: Newcombe (1998), method 10. It joins the two Wilson
 * intervals ("square and add") and allows for their correlation, with the continuity correction of phi.
 */
export function pairedDifferenceInterval(counts: PairedCounts): Interval {
  const { bothRight, gained, lost, bothWrong } = counts;
  const n = bothRight + gained + lost + bothWrong;
  if (n === 0) return { low: -1, high: 1 };
  const after = wilsonInterval(bothRight + gained, n);
  const before = wilsonInterval(bothRight + lost, n);
  const shareAfter = (bothRight + gained) / n;
  const shareBefore = (bothRight + lost) / n;
  const phi = correlation(counts, n);
  const reach = (a: number, b: number): number => Math.sqrt(Math.max(0, a * a - 2 * phi * a * b + b * b));
  const difference = shareAfter - shareBefore;
  return {
    low: Math.max(-1, difference - reach(shareAfter - after.low, before.high - shareBefore)),
    high: Math.min(1, difference + reach(after.high - shareAfter, shareBefore - before.low)),
  };
}

/**
 * 95 % interval of (gained - lost) / n where only the items that changed are known: the Wald interval with half an item added
 * to each cell (Agresti and Min 2005).
 */
export function countInterval(gained: number, lost: number, n: number): Interval {
  const [total, difference] = [n + 2, (gained - lost) / (n + 2)];
  const half = (z95 * Math.sqrt(gained + lost + 1 - (gained - lost) ** 2 / total)) / total;
  return { low: Math.max(-1, difference - half), high: Math.min(1, difference + half) };
}

function correlation({ bothRight, gained, lost, bothWrong }: PairedCounts, n: number): number {
  const margins = (bothRight + gained) * (lost + bothWrong) * (bothRight + lost) * (gained + bothWrong);
  if (margins === 0) return 0;
  const product = bothRight * bothWrong - gained * lost;
  const corrected = product > 0 ? Math.max(product - n / 2, 0) : product;
  return corrected / Math.sqrt(margins);
}

function logChoose(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= k; i++) sum += Math.log((n - k + i) / i);
  return sum;
}
