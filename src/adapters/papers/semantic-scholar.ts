/** Semantic Scholar: search with citation counts, and who cites whom. */
import { z } from 'zod';
import type { Fetch } from '../../core/http/retry';
import type { Citation, PaperHit, PartialAnswer } from '../../core/ports/papers';
import { arxivUrl, askForJson, oneLine, type Asking } from './service';

const service = 'Semantic Scholar';
const paperFields = ['title', 'abstract', 'year', 'authors.name', 'externalIds', 'citationCount'];
const mostEdges = 1000;

const paperShape = z.object({
  title: z.string().nullish(),
  abstract: z.string().nullish(),
  year: z.number().nullish(),
  authors: z.array(z.object({ name: z.string().nullish() })).nullish(),
  externalIds: z.object({ ArXiv: z.string().optional() }).nullish(),
  citationCount: z.number().nullish(),
});
const searchShape = z.object({ data: z.array(paperShape).nullish() });
const edgeShape = z.object({
  citedPaper: paperShape.optional(),
  citingPaper: paperShape.optional(),
  isInfluential: z.boolean().nullish(),
  intents: z.array(z.string()).nullish(),
  contexts: z.array(z.string()).nullish(),
});
/** Publishers may withhold references: `data` is then null. */
const edgesShape = z.object({ data: z.array(edgeShape).nullish() });

export class SemanticScholar {
  constructor(
    private readonly base: string,
    private readonly fetch: Fetch,
    private readonly key: () => Promise<string | undefined>,
  ) {}

  async search(query: string, limit: number, signal?: AbortSignal): Promise<PaperHit[]> {
    const parameters = { query, limit: String(Math.min(100, limit)), fields: paperFields.join(',') };
    const url = `${this.base}/graph/v1/paper/search?${new URLSearchParams(parameters)}`;
    const { data } = await askForJson(this.fetch, url, searchShape, await this.asking(signal));
    return (data ?? []).flatMap((paper) => toHit(paper) ?? []);
  }

  /** The most telling first: influential ones, then the most cited. */
  async citations(
    id: string,
    direction: 'references' | 'citations',
    limit: number,
    signal?: AbortSignal,
  ): Promise<PartialAnswer<Citation>> {
    const fields = [...paperFields, 'isInfluential', 'intents', 'contexts'].join(',');
    const parameters = new URLSearchParams({ fields, limit: String(Math.min(mostEdges, Math.max(200, limit))) });
    const url = `${this.base}/graph/v1/paper/ARXIV:${id}/${direction}?${parameters}`;
    const { data } = await askForJson(this.fetch, url, edgesShape, await this.asking(signal));
    const edges = data ?? [];
    const known = edges.flatMap((edge) => toCitation(edge) ?? []);
    const left = edges.length - known.length;
    const missing = left > 0 ? [`${service}: ${left} works without an arXiv id are left out`] : [];
    return { items: known.sort(byWeight).slice(0, limit), missing };
  }

  private async asking(signal?: AbortSignal): Promise<Asking> {
    const key = await this.key();
    return { service, signal, ...(key !== undefined && { headers: { 'x-api-key': key } }) };
  }
}

function byWeight(a: Citation, b: Citation): number {
  return Number(b.influential) - Number(a.influential) || (b.paper.citations ?? 0) - (a.paper.citations ?? 0);
}

function toCitation(edge: z.infer<typeof edgeShape>): Citation | undefined {
  const paper = toHit(edge.citedPaper ?? edge.citingPaper ?? {});
  return (
    paper && {
      paper,
      influential: edge.isInfluential ?? false,
      intents: edge.intents ?? [],
      contexts: (edge.contexts ?? []).map(oneLine),
    }
  );
}

/** Works without an arXiv id cannot be read here. */
function toHit(paper: z.infer<typeof paperShape>): PaperHit | undefined {
  const id = paper.externalIds?.ArXiv;
  if (id === undefined) return undefined;
  return {
    id,
    title: oneLine(paper.title),
    authors: (paper.authors ?? []).flatMap((author) => oneLine(author.name) || []),
    year: paper.year ?? null,
    citations: paper.citationCount ?? null,
    url: arxivUrl(id),
    abstract: oneLine(paper.abstract),
    sources: [service],
  };
}
