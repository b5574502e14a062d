/**
 * Exact and near duplicates among rows: MinHash over word shingles (Broder 1997) with locality-sensitive hashing in bands
 * (Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", chapter 3). Memory grows with the rows looked at, not
 * with their length.
 */
import { sha256 } from '../hash';

export const nearDuplicateMethod = 'MinHash of 5-word shingles, 64 hashes, 16 bands, estimated Jaccard at least 0.8';

const shingleWords = 5;
const shingleCharacters = 8;
const hashes = 64;
const bands = 16;
const perBand = hashes / bands;
const threshold = 0.8;
/** A bucket with more is boilerplate; the first ones stand for it. */
const mostPerBucket = 16;
/** Longer texts are told apart by their beginning. */
const mostShingles = 5000;

export type Duplicate = 'exact' | 'near' | 'new';

export class DuplicateFinder {
  private readonly exact = new Set<string>();
  private readonly signatures: Uint32Array[] = [];
  private readonly buckets = new Map<string, number[]>();

  add(text: string): Duplicate {
    const normal = text.toLowerCase().replace(/\s+/g, ' ').trim();
    const key = normal.length < 64 ? normal : sha256(normal);
    if (this.exact.has(key)) return 'exact';
    this.exact.add(key);
    const signature = signatureOf(normal);
    if (signature === undefined) return 'new';
    return this.hasNear(signature) ? 'near' : 'new';
  }

  /** Looks among those of the same band, and joins them. */
  private hasNear(signature: Uint32Array): boolean {
    const place = this.signatures.push(signature) - 1;
    const candidates = new Set<number>();
    for (let band = 0; band < bands; band++) {
      const key = `${band}:${signature.subarray(band * perBand, (band + 1) * perBand).join(',')}`;
      const bucket = this.buckets.get(key);
      if (bucket === undefined) this.buckets.set(key, [place]);
      else {
        for (const other of bucket) candidates.add(other);
        if (bucket.length < mostPerBucket) bucket.push(place);
      }
    }
    return [...candidates].some((other) => similarity(signature, this.signatures[other]) >= threshold);
  }
}

function similarity(one: Uint32Array, other: Uint32Array | undefined): number {
  let same = 0;
  for (let index = 0; index < hashes; index++) if (one[index] === other?.[index]) same++;
  return same / hashes;
}

/** Undefined for texts too short to be nearly the same: they are equal or they are not. */
function signatureOf(text: string): Uint32Array | undefined {
  const shingles = shingleHashes(text);
  if (shingles.length < 3) return undefined;
  const signature = new Uint32Array(hashes).fill(0xffffffff);
  for (const shingle of shingles) {
    for (let index = 0; index < hashes; index++) {
      const mixed = mix(shingle ^ (seeds[index] ?? 0));
      if (mixed < (signature[index] ?? 0)) signature[index] = mixed;
    }
  }
  return signature;
}

function shingleHashes(text: string): number[] {
  const words = text.split(' ');
  // Scripts that put no spaces between words are cut into characters.
  const spaced = words.length * 12 > text.length;
  const length = spaced ? shingleWords : shingleCharacters;
  const most = mostShingles + length - 1;
  const pieces = spaced ? words.slice(0, most) : [...text.slice(0, 2 * most)].slice(0, most);
  const hashed = pieces.map(hashOf);
  return Array.from({ length: Math.max(0, hashed.length - length + 1) }, (_, start) =>
    hashed.slice(start, start + length).reduce(joined, fnvBasis),
  );
}

/** FNV-1a, over the units of a word and then over the hashes of words; `ml_intern_box.near_duplicates` does the same. */
function hashOf(text: string): number {
  let hash = fnvBasis;
  for (let index = 0; index < text.length; index++) hash = joined(hash, text.charCodeAt(index));
  return hash;
}

const fnvBasis = 0x811c9dc5;
const joined = (hash: number, next: number): number => Math.imul(hash ^ next, 0x01000193) >>> 0;

/** The finaliser of MurmurHash3. */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

const seeds = Uint32Array.from({ length: hashes }, (_, index) => mix(index + 1));
