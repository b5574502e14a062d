/** Splits a benchmark once: *dev* for the agent, *promotion* for the evaluator alone. */
import { sha256 } from '../hash';
import type { BenchmarkItem, Split } from '../run/types';

/**
 * By the hash of each item's content, so that neither order nor ids matter and a copy of an item can never sit on the
 * other side. Half of the items, rounded up, are dev.
 */
export function splitItems(items: readonly BenchmarkItem[], seed: number): Record<Split, BenchmarkItem[]> {
  const keyed = items.map((item) => ({ item, key: contentKey(item, seed) }));
  const keys = [...new Set(keyed.map(({ key }) => key))].sort();
  const devKeys = new Set(keys.slice(0, Math.ceil(keys.length / 2)));
  const side = (dev: boolean): BenchmarkItem[] =>
    keyed.filter(({ key }) => devKeys.has(key) === dev).map(({ item }) => item);
  return { dev: side(true), promotion: side(false) };
}

function contentKey(item: BenchmarkItem, seed: number): string {
  const normal = item.question.toLowerCase().replace(/\s+/g, ' ').trim();
  return sha256(`${seed}\n${normal}`);
}
