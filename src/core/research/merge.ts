/** One list of papers out of the lists of several services: records of one paper are joined by what identifies it. */
import type { PaperHit } from '../ports/papers';
import { idsOf, publicId, titleFingerprint } from './paper-ids';

/** A paper, and where each service put it: the name of the service and the rank from 1. */
export interface MergedHit {
  hit: PaperHit;
  ranks: Map<string, number>;
}

/** Lists come best first. A title joins two records only where one is not on arXiv, and their years agree. */
export function mergeHits(lists: readonly (readonly PaperHit[])[]): MergedHit[] {
  const merged: MergedHit[] = [];
  const known = new Map<string, MergedHit>();
  for (const list of lists) {
    list.forEach((hit, index) => {
      const one =
        keysOf(hit)
          .map((key) => known.get(key))
          .find((found) => found && isSame(found.hit, hit)) ?? fresh(hit, merged);
      one.hit = combined(one.hit, hit);
      for (const source of hit.sources) one.ranks.set(source, Math.min(index + 1, one.ranks.get(source) ?? Infinity));
      for (const key of keysOf(one.hit)) if (!known.has(key)) known.set(key, one);
    });
  }
  return merged;
}

function fresh(hit: PaperHit, merged: MergedHit[]): MergedHit {
  const one = { hit, ranks: new Map<string, number>() };
  merged.push(one);
  return one;
}

function keysOf(hit: PaperHit): string[] {
  const { arxiv, doi, s2 } = idsOf(hit);
  const title = titleFingerprint(hit.title);
  const keys = { arxiv, doi, s2, title };
  return Object.entries(keys).flatMap(([kind, value]) => (value === undefined ? [] : [`${kind}:${value}`]));
}

function isSame(a: PaperHit, b: PaperHit): boolean {
  const [left, right] = [idsOf(a), idsOf(b)];
  if (left.arxiv !== undefined && right.arxiv !== undefined) return left.arxiv === right.arxiv;
  if ((left.doi ?? '') === right.doi || (left.s2 ?? '') === right.s2) return true;
  return a.year === null || b.year === null || Math.abs(a.year - b.year) <= 1;
}

function combined(a: PaperHit, b: PaperHit): PaperHit {
  const ids = { ...idsOf(b), ...idsOf(a) };
  const id = publicId(ids) ?? a.id;
  return {
    ...a,
    id,
    ids,
    url: id === a.id ? a.url : b.url,
    authors: a.authors.length >= b.authors.length ? a.authors : b.authors,
    year: a.year ?? b.year,
    published: a.published ?? b.published ?? null,
    categories: [...new Set([...(a.categories ?? []), ...(b.categories ?? [])])],
    citations: a.citations ?? b.citations,
    influentialCitations: a.influentialCitations ?? b.influentialCitations ?? null,
    abstract: a.abstract.length >= b.abstract.length ? a.abstract : b.abstract,
    sources: [...new Set([...a.sources, ...b.sources])],
  };
}
