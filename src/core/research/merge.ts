/** One ranked list of papers out of the lists of several services. */
import type { PaperHit } from '../ports/papers';

/** Lists come best first. A paper ranks by where each service put it, and a little by how often it is cited. */
export function mergeHits(lists: readonly (readonly PaperHit[])[], limit: number): PaperHit[] {
  const found = new Map<string, { hit: PaperHit; score: number }>();
  for (const list of lists) {
    list.forEach((hit, rank) => {
      const known = found.get(hit.id);
      const score = (known?.score ?? 0) + 1 / (rank + rankOffset);
      found.set(hit.id, { hit: known === undefined ? hit : combined(known.hit, hit), score });
    });
  }
  return [...found.values()]
    .sort((a, b) => weight(b) - weight(a) || a.hit.id.localeCompare(b.hit.id))
    .slice(0, limit)
    .map(({ hit }) => hit);
}

/** Reciprocal rank fusion with its usual constant, made smaller because the lists are short. */
const rankOffset = 10;

function weight({ hit, score }: { hit: PaperHit; score: number }): number {
  return score * (1 + 0.05 * Math.log10(1 + (hit.citations ?? 0)));
}

function combined(a: PaperHit, b: PaperHit): PaperHit {
  return {
    ...a,
    authors: a.authors.length >= b.authors.length ? a.authors : b.authors,
    year: a.year ?? b.year,
    citations: a.citations ?? b.citations,
    abstract: a.abstract.length >= b.abstract.length ? a.abstract : b.abstract,
    sources: [...new Set([...a.sources, ...b.sources])],
  };
}

/** The bare arXiv id in `arXiv:2501.00001v2`, a URL of it, or the id itself; undefined when there is none. */
export function arxivId(text: string): string | undefined {
  const modern = /(?:^|[^\d.])(\d{4}\.\d{4,5})(?:v\d+)?(?![\d.]*\d)/.exec(text)?.[1];
  return modern ?? /(?:^|[/:\s])([a-z-]+(?:\.[A-Z]{2})?\/\d{7})(?:v\d+)?(?!\d)/.exec(text)?.[1];
}
