/** Intervals and tests of a mean that assume no distribution: for graded scores, and for items that were asked several times. */
import { randomNumbers } from '../data/sampling';
import { normalCdf, normalQuantile } from './normal';
import type { Interval } from './wilson';

export interface Resampling {
  seed: number;
  resamples?: number;
}

const usualResamples = 10_000;
/** Of items drawn in all: keeps a second for the largest benchmarks. */
const mostDraws = 4e7;
const [lowTail, highTail] = [0.025, 0.975];

export function resamplesFor(n: number): number {
  return Math.max(1000, Math.min(usualResamples, Math.floor(mostDraws / Math.max(1, n))));
}

/**
 * 95 % interval of the mean: bias-corrected and accelerated bootstrap (Efron 1987; DiCiccio and Efron 1996). `range` is how
 * far apart two values can be. Values that do not differ at all tell nothing of how others would: there, Hoeffding's (1963)
 * inequality bounds the mean.
 */
export function bootstrapInterval(values: readonly number[], range: number, how: Resampling): Interval {
  const mean = meanOf(values);
  if (values.every((value) => value === values[0])) return hoeffding(mean, values.length, range);
  const means = bootstrapMeans(values, how);
  const below = means.filter((each) => each < mean).length + means.filter((each) => each === mean).length / 2;
  const bias = normalQuantile(below / means.length);
  const acceleration = accelerationOf(values, mean);
  const at = (tail: number): number => {
    const shifted = bias + normalQuantile(tail);
    return quantile(means, normalCdf(bias + shifted / (1 - acceleration * shifted)));
  };
  return { low: Math.min(mean, at(lowTail)), high: Math.max(mean, at(highTail)) };
}

/**
 * Two-sided p-value that a mean of differences is 0, by flipping their signs at random (Fisher's randomisation test); never
 * 0, as the observed signs are one of the flips (Phipson and Smyth 2010).
 */
export function signFlipTest(differences: readonly number[], { seed, resamples }: Resampling): number {
  const changed = differences.filter((difference) => difference !== 0);
  if (changed.length === 0) return 1;
  const flips = resamples ?? resamplesFor(changed.length);
  const random = randomNumbers(seed);
  const observed = Math.abs(sumOf(changed)) - 1e-9;
  let extreme = 0;
  for (let flip = 0; flip < flips; flip++) {
    let sum = 0;
    for (const difference of changed) sum += random() < 0.5 ? difference : -difference;
    if (Math.abs(sum) >= observed) extreme++;
  }
  return (extreme + 1) / (flips + 1);
}

function bootstrapMeans(values: readonly number[], { seed, resamples }: Resampling): Float64Array {
  const random = randomNumbers(seed);
  const means = new Float64Array(resamples ?? resamplesFor(values.length));
  for (let draw = 0; draw < means.length; draw++) {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[Math.floor(random() * values.length)] ?? 0;
    means[draw] = sum / values.length;
  }
  return means.sort();
}

/** From the jackknife: how much the spread of the mean changes with the mean. */
function accelerationOf(values: readonly number[], mean: number): number {
  const cubes = values.reduce((sum, value) => sum + (value - mean) ** 3, 0);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return cubes / (6 * squares ** 1.5);
}

function hoeffding(mean: number, n: number, range: number): Interval {
  const half = range * Math.sqrt(Math.log(2 / 0.05) / (2 * Math.max(1, n)));
  return { low: mean - half, high: mean + half };
}

function quantile(sorted: Float64Array, share: number): number {
  const place = Math.min(1, Math.max(0, share)) * (sorted.length - 1);
  const [under, over] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0];
  return under + (over - under) * (place - Math.floor(place));
}

export const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

export const meanOf = (values: readonly number[]): number => (values.length === 0 ? 0 : sumOf(values) / values.length);
