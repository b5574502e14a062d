/** Semantic Scholar's records as our own. */
import { z } from 'zod';
import type { Citation, PaperHit } from '../../core/ports/papers';
import { arxivId, publicId } from '../../core/research/paper-ids';
import { arxivUrl, oneLine } from './service';

export const paperFields = [
  ...['title', 'abstract', 'year', 'publicationDate', 'authors.name', 'externalIds', 'url'],
  ...['citationCount', 'influentialCitationCount'],
];

export const paperShape = z.object({
  paperId: z.string().nullish(),
  title: z.string().nullish(),
  abstract: z.string().nullish(),
  year: z.number().nullish(),
  publicationDate: z.string().nullish(),
  authors: z.array(z.object({ name: z.string().nullish() })).nullish(),
  externalIds: z.object({ ArXiv: z.string().optional(), DOI: z.string().optional() }).nullish(),
  url: z.string().nullish(),
  citationCount: z.number().nullish(),
  influentialCitationCount: z.number().nullish(),
});
export const searchShape = z.object({ data: z.array(paperShape).nullish() });
export const edgeShape = z.object({
  citedPaper: paperShape.optional(),
  citingPaper: paperShape.optional(),
  isInfluential: z.boolean().nullish(),
  intents: z.array(z.string()).nullish(),
  contexts: z.array(z.string()).nullish(),
});
/** Publishers may withhold references: `data` is then null. */
export const edgesShape = z.object({ data: z.array(edgeShape).nullish(), next: z.number().nullish() });

/** Undefined for a work that nothing identifies. */
export function toHit(paper: z.infer<typeof paperShape>, service: string): PaperHit | undefined {
  const { ArXiv, DOI } = paper.externalIds ?? {};
  const ids = {
    arxiv: ArXiv ?? (DOI === undefined ? undefined : arxivId(DOI)),
    doi: DOI?.toLowerCase(),
    s2: paper.paperId ?? undefined,
  };
  const id = publicId(ids);
  if (id === undefined) return undefined;
  return {
    id,
    ids,
    title: oneLine(paper.title),
    authors: (paper.authors ?? []).flatMap((author) => oneLine(author.name) || []),
    year: paper.year ?? null,
    published: paper.publicationDate ?? null,
    citations: paper.citationCount ?? null,
    influentialCitations: paper.influentialCitationCount ?? null,
    url: ids.arxiv === undefined ? (paper.url ?? '') : arxivUrl(ids.arxiv),
    abstract: oneLine(paper.abstract),
    sources: [service],
  };
}

export function toCitation(edge: z.infer<typeof edgeShape>, service: string): Citation | undefined {
  const paper = toHit(edge.citedPaper ?? edge.citingPaper ?? {}, service);
  return (
    paper && {
      paper,
      influential: edge.isInfluential ?? false,
      intents: edge.intents ?? [],
      contexts: (edge.contexts ?? []).map(oneLine),
    }
  );
}
