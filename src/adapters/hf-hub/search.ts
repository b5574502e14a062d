/** The Hub matches a search against names as it stands: a question in words has to be asked word by word. */
import type { DatasetHit } from '../../core/ports/hub';

const mostWords = 4;
const commonWords = new Set(
  'the and for with from data dataset datasets training train set about into on of a an in to'.split(' '),
);

export function searchWords(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [];
  return [...new Set(words)].filter((word) => !commonWords.has(word)).slice(0, mostWords);
}

/** Hits of the whole text first, then those that most words found, then by downloads. */
export function mergeSearches(whole: readonly DatasetHit[], byWord: readonly (readonly DatasetHit[])[]): DatasetHit[] {
  const counted = new Map<string, { hit: DatasetHit; found: number }>();
  for (const hit of byWord.flat()) {
    counted.set(hit.id, { hit, found: (counted.get(hit.id)?.found ?? 0) + 1 });
  }
  for (const hit of whole) counted.set(hit.id, { hit, found: mostWords + 1 });
  const ranked = [...counted.values()].sort((a, b) => b.found - a.found || b.hit.downloads - a.hit.downloads);
  return ranked.map(({ hit }) => hit);
}
