/** Samples that come out the same for the same seed. */

/** Numbers from 0 up to, not including, 1: the generator `mulberry32`. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Keeps `size` of what it is given, each with the same chance (Vitter's algorithm R). */
export class Reservoir<T> {
  private readonly kept: T[] = [];
  private readonly random: () => number;
  seen = 0;

  constructor(
    private readonly size: number,
    seed: number,
  ) {
    this.random = randomNumbers(seed);
  }

  add(item: T): void {
    this.seen++;
    if (this.kept.length < this.size) this.kept.push(item);
    else {
      const place = Math.floor(this.random() * this.seen);
      if (place < this.size) this.kept[place] = item;
    }
  }

  get items(): readonly T[] {
    return this.kept;
  }
}

/** At most `size` of any number of items, evenly spread: every one, then every second, every fourth. */
export class EvenSample<T> {
  private kept: T[] = [];
  private step = 1;
  private seen = 0;

  constructor(private readonly size: number) {}

  /** Items are made only where they are kept. */
  add(make: () => T): void {
    if (this.seen++ % this.step !== 0) return;
    if (this.kept.push(make()) <= this.size) return;
    this.kept = this.kept.filter((_, index) => index % 2 === 0);
    this.step *= 2;
  }

  get items(): readonly T[] {
    return this.kept;
  }
}

/** `count` of the numbers below `total`, ascending, one from each of `count` equal parts: spread over the whole. */
export function spread(total: number, count: number, seed: number): number[] {
  if (count >= total) return Array.from({ length: total }, (_, index) => index);
  const random = randomNumbers(seed);
  const bounds = Array.from({ length: count + 1 }, (_, part) => Math.floor((part * total) / count));
  return bounds.slice(0, -1).map((from, part) => from + Math.floor(random() * ((bounds[part + 1] ?? total) - from)));
}
