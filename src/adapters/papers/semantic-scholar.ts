/** Semantic Scholar: search with citation counts, and who cites whom. */
import { z } from 'zod';
import type { Fetch } from '../../core/http/retry';
import type { Citation, CitationDirection, PaperFilter, PaperHit, PartialAnswer } from '../../core/ports/papers';
import { paperIds } from '../../core/research/paper-ids';
import type { edgeShape } from './scholar-records';
import { edgesShape, paperFields, paperShape, searchShape, toCitation, toHit } from './scholar-records';
import { askForJson, settled, type Asked, type Asking, type ServiceFailure, type Settled } from './service';

const service = 'Semantic Scholar';
const pageOfEdges = 1000;
/** Citations beyond the first so many cannot be asked for. */
const mostEdges = 9999;
const mostCounted = 500;

/** The numbers that only a citation service has. */
export type Counts = Pick<PaperHit, 'citations' | 'influentialCitations'>;

interface EdgePage {
  edges: z.infer<typeof edgeShape>[];
  next: number | undefined;
}

export class SemanticScholar {
  constructor(
    private readonly base: string,
    private readonly fetch: Fetch,
    private readonly key: () => Promise<string | undefined>,
  ) {}

  async search(query: string, limit: number, filter: PaperFilter, asked: Asked): Promise<PaperHit[]> {
    const { since, until, minCitations } = filter;
    const parameters = {
      query,
      limit: String(Math.min(100, limit)),
      fields: paperFields.join(','),
      ...(since === undefined && until === undefined ? {} : { publicationDateOrYear: `${since ?? ''}:${until ?? ''}` }),
      ...(minCitations === undefined ? {} : { minCitationCount: String(minCitations) }),
    };
    const url = `${this.base}/graph/v1/paper/search?${new URLSearchParams(parameters)}`;
    const { data } = await askForJson(this.fetch, url, searchShape, await this.asking(asked));
    return (data ?? []).flatMap((paper) => toHit(paper, service) ?? []);
  }

  /** One paper by its arXiv id, DOI or own id. */
  async paper(id: string, asked: Asked): Promise<PaperHit | undefined> {
    const url = `${this.base}/graph/v1/paper/${scholarId(id)}?fields=${paperFields.join(',')}`;
    return toHit(await askForJson(this.fetch, url, paperShape, await this.asking(asked)), service);
  }

  /** How often papers of arXiv are cited, by their ids; unknown ones are left out. */
  async counts(ids: readonly string[], asked: Asked): Promise<Map<string, Counts>> {
    const wanted = ids.slice(0, mostCounted);
    const url = `${this.base}/graph/v1/paper/batch?fields=citationCount,influentialCitationCount`;
    const asking = await this.asking(asked);
    const headers = { ...asking.headers, 'content-type': 'application/json' };
    const body = JSON.stringify({ ids: wanted.map((id) => `ARXIV:${id}`) });
    const found = await askForJson(this.fetch, url, z.array(paperShape.nullable()), { ...asking, headers, body });
    return new Map(
      found.flatMap((paper, index) => {
        const id = wanted[index];
        if (paper === null || id === undefined) return [];
        const { citationCount = null, influentialCitationCount = null } = paper;
        return [[id, { citations: citationCount, influentialCitations: influentialCitationCount }] as const];
      }),
    );
  }

  /** The most telling first: influential ones, then the most cited. The service gives the newest first, so all that may be had are looked at. */
  async citations(
    id: string,
    direction: CitationDirection,
    limit: number,
    asked: Asked,
  ): Promise<PartialAnswer<Citation>> {
    const items: Citation[] = [];
    let unnamed = 0;
    let cut = false;
    let refused: ServiceFailure | undefined;
    for (let offset: number | undefined = 0; offset !== undefined;) {
      const { value: page, failure }: Settled<EdgePage> = await settled(this.edges(id, direction, offset, asked));
      if (page === undefined) {
        if (items.length === 0 && failure !== undefined) throw failure;
        cut = true;
        refused = failure;
        break;
      }
      const known = page.edges.flatMap((edge) => toCitation(edge, service) ?? []);
      unnamed += page.edges.length - known.length;
      items.push(...known);
      offset = page.next;
      // More pages tell little when the list is to be short.
      if (offset !== undefined && (offset >= 3 * pageOfEdges || items.length >= 50 * limit)) {
        cut = true;
        offset = undefined;
      }
    }
    const missing = [
      ...(unnamed > 0 ? [`${service}: ${unnamed} works without an id are left out`] : []),
      ...(cut ? [`${service}: only the ${items.length} newest were looked at; there are more`] : []),
      ...(refused === undefined ? [] : [refused.message]),
    ];
    return { items: items.sort(byWeight).slice(0, limit), missing };
  }

  private async edges(id: string, direction: CitationDirection, offset: number, asked: Asked): Promise<EdgePage> {
    const fields = [...paperFields, 'isInfluential', 'intents', 'contexts'].join(',');
    const limit = Math.min(pageOfEdges, mostEdges - offset);
    const parameters = new URLSearchParams({ fields, offset: String(offset), limit: String(limit) });
    const url = `${this.base}/graph/v1/paper/${scholarId(id)}/${direction}?${parameters}`;
    const { data, next } = await askForJson(this.fetch, url, edgesShape, await this.asking(asked));
    return { edges: data ?? [], next: next ?? undefined };
  }

  private async asking(asked: Asked): Promise<Asking> {
    const key = await this.key();
    return { service, ...asked, ...(key !== undefined && { headers: { 'x-api-key': key } }) };
  }
}

function scholarId(id: string): string {
  const { arxiv, doi, s2 } = paperIds(id);
  if (arxiv !== undefined) return `ARXIV:${arxiv}`;
  return doi === undefined ? (s2 ?? id) : `DOI:${encodeURIComponent(doi)}`;
}

function byWeight(a: Citation, b: Citation): number {
  return Number(b.influential) - Number(a.influential) || (b.paper.citations ?? 0) - (a.paper.citations ?? 0);
}
