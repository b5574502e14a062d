/** What this run is about, in words to search with. */
import { keywords } from './words';
import type { Memory } from './memory';

const instructions = /metric|template|prompt|items|options|promotion|seed|path/i;

/** The goal's own words first, then those of the benchmark's name and description. */
export function topicWords(memory: Memory): string[] {
  const benchmark = memory.briefing
    .split('\n')
    .filter((line) => /^\W*benchmark\b/i.test(line))
    .map((line) => line.replace(/\(.*?\)/g, ' '))
    .join(' ');
  const extra = keywords(benchmark).filter((word) => !instructions.test(word));
  return [...new Set([...keywords(memory.goal), ...extra])].slice(0, 12);
}
