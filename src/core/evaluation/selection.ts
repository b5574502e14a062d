/** What picking the best of several does to its score: the winner is partly the luckiest. */
import { randomNumbers } from '../data/sampling';
import { meanOf } from './bootstrap';

export interface Selectable {
  value: number;
  n: number;
}

export interface Selection {
  /** How many were picked from. */
  tried: number;
  best: number;
  /** What the best is expected to score on new items. */
  expected: number;
  /** How far the best of as many would stand above their mean if all were equally good. */
  luck: number;
}

const trees = 2000;

/** Null where nothing was picked. */
export function selection(scores: readonly Selectable[]): Selection | null {
  if (scores.length < 2) return null;
  const [shrunk, best] = [shrink(scores), Math.max(...scores.map(({ value }) => value))];
  const at = scores.findIndex(({ value }) => value === best);
  return { tried: scores.length, best, expected: shrunk[at] ?? best, luck: luckOf(scores) };
}

/**
 * Each score drawn towards the mean of all by the share of their spread that is noise: the empirical Bayes form of the
 * James-Stein estimate (Efron and Morris 1975), with the variance between the models by moments (DerSimonian and Laird 1986).
 * The noise is that of a proportion; models that are asked the same items share part of it, so it draws rather too much.
 */
export function shrink(scores: readonly Selectable[]): number[] {
  const mean = meanOf(scores.map(({ value }) => value));
  const noise = meanOf(scores.map((score) => varianceOf(score)));
  const spread = scores.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / Math.max(1, scores.length - 1);
  const kept = spread === 0 ? 0 : Math.max(0, 1 - noise / spread);
  return scores.map(({ value }) => mean + kept * (value - mean));
}

/** By simulation: as many models, all of the mean score, on as many items. */
function luckOf(scores: readonly Selectable[]): number {
  const mean = meanOf(scores.map(({ value }) => value));
  const deviation = Math.sqrt(meanOf(scores.map(({ n }) => varianceOf({ value: mean, n }))));
  const random = randomNumbers(1);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const highest = Array.from({ length: trees }, () => Math.max(...scores.map(normal)));
  return deviation * meanOf(highest);
}

function varianceOf({ value, n }: Selectable): number {
  return (value * (1 - value)) / Math.max(1, n);
}
