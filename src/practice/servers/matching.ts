/** A plain text search: everything that holds at least half of the words asked for, most words first. */
export function matching<T>(all: readonly T[], query: string, textOf: (item: T) => string): T[] {
  const words = query.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return all
    .map((item) => ({ item, found: countFound(words, textOf(item).toLowerCase()) }))
    .filter(({ found }) => found > 0 && found * 2 >= words.length)
    .sort((a, b) => b.found - a.found)
    .map(({ item }) => item);
}

function countFound(words: readonly string[], text: string): number {
  return words.filter((word) => text.includes(word)).length;
}
