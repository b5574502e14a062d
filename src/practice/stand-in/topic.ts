/** What this run is about, in words to search with. */
import { keywords } from './words';
import type { Memory } from './memory';

/** The words of the benchmark's name first: they are the most telling. Then those of the goal. */
export function topicWords(memory: Memory): string[] {
  const named = [...memory.briefing.matchAll(/\bbenchmark\s*:\s*([^\n(.;,]+)/gi)].map((match) => match[1] ?? '');
  return [...new Set([...keywords(named.join(' ')), ...keywords(memory.goal)])].slice(0, 12);
}
