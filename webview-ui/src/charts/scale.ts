/** Linear scales and ticks that people can read. */

export interface Scale {
  low: number;
  high: number;
  place(value: number): number;
}

/** Maps [low, high] to [from, to]; a range of no width is widened so that nothing divides by zero. */
export function linear(low: number, high: number, from: number, to: number): Scale {
  const width = high - low === 0 ? 1 : high - low;
  return { low, high, place: (value) => from + ((value - low) / width) * (to - from) };
}

/** About `count` round values inside the range. */
export function ticks(low: number, high: number, count: number): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / Math.max(1, count);
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * magnitude >= rough) ?? 10) * magnitude;
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** A range with some air, within the hard limits of what is measured. */
export function padded(values: readonly number[], limits: [number, number]): [number, number] {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const air = Math.max((high - low) * 0.12, 0.01);
  return [Math.max(limits[0], low - air), Math.min(limits[1], high + air)];
}
