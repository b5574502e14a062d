/** arXiv's Atom feed: search, and the abstract of one paper. */
import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import type { Fetch } from '../../core/http/retry';
import type { PaperHit, PaperText } from '../../core/ports/papers';
import { arxivId } from '../../core/research/merge';
import { arxivUrl, askFor, oneLine, ServiceFailure, yearOf } from './service';

const service = 'arXiv';

const entryShape = z.object({
  id: z.string(),
  title: z.string(),
  summary: z.string().optional(),
  published: z.string().optional(),
  author: z.array(z.object({ name: z.string() })).optional(),
});
const feedShape = z.object({
  feed: z.object({ entry: z.array(entryShape).optional(), 'opensearch:totalResults': z.coerce.number().optional() }),
});

const parser = new XMLParser({
  parseTagValue: false,
  isArray: (name) => name === 'entry' || name === 'author',
});

const mostWords = 6;
const fillers = new Set(
  'a an and are at be by can do for from how in is of on or that the to using what when which with'.split(' '),
);

export class ArxivFeed {
  constructor(
    private readonly base: string,
    private readonly fetch: Fetch,
  ) {}

  /** All words first; any of them when nothing holds them all. */
  async search(query: string, limit: number, signal?: AbortSignal): Promise<PaperHit[]> {
    const words = query.toLowerCase().match(/[\p{L}\p{N}-]+/gu) ?? [];
    const terms = words
      .filter((word) => !fillers.has(word))
      .slice(0, mostWords)
      .map((word) => `all:${word}`);
    if (terms.length === 0) return [];
    const hits = await this.query({ search_query: terms.join(' AND ') }, limit, signal);
    if (hits.length > 0 || terms.length === 1) return hits;
    return this.query({ search_query: terms.join(' OR ') }, limit, signal);
  }

  async abstract(id: string, signal?: AbortSignal): Promise<PaperText> {
    const [hit] = await this.query({ id_list: id }, 1, signal);
    if (hit === undefined) throw new ServiceFailure(service, 'it does not have this paper', true);
    const section = { id: 'abstract', title: 'Abstract', level: 1, text: hit.abstract };
    return { id, title: hit.title, source: `${service} (abstract only)`, sections: [section] };
  }

  private async query(what: Record<string, string>, limit: number, signal?: AbortSignal): Promise<PaperHit[]> {
    const parameters = { ...what, max_results: String(limit), sortBy: 'relevance' };
    const url = `${this.base}/api/query?${new URLSearchParams(parameters)}`;
    const first = await this.feed(url, signal);
    // arXiv now and then sends an empty page although there are results: asking again helps.
    const { entries } = first.entries.length === 0 && first.total > 0 ? await this.feed(url, signal) : first;
    return entries.map(toHit);
  }

  private async feed(url: string, signal?: AbortSignal): Promise<Feed> {
    const response = await askFor(this.fetch, url, { service, signal });
    return readFeed(await response.text());
  }
}

interface Feed {
  entries: Entry[];
  total: number;
}

type Entry = z.infer<typeof entryShape>;

/** arXiv reports mistakes as an entry that looks like a paper. */
function readFeed(xml: string): Feed {
  const parsed = feedShape.safeParse(parsedXml(xml));
  if (!parsed.success) throw new ServiceFailure(service, 'its answer was not a feed', false, parsed.error);
  const { entry: entries = [], 'opensearch:totalResults': total = entries.length } = parsed.data.feed;
  const mistake = entries.find((entry) => entry.id.includes('/api/errors'));
  if (mistake !== undefined) throw new ServiceFailure(service, oneLine(mistake.summary));
  return { entries, total };
}

function parsedXml(xml: string): unknown {
  try {
    return parser.parse(xml);
  } catch (error) {
    throw new ServiceFailure(service, 'its answer was not XML', false, error);
  }
}

function toHit(entry: Entry): PaperHit {
  const id = arxivId(entry.id) ?? entry.id;
  return {
    id,
    title: oneLine(entry.title),
    authors: (entry.author ?? []).map((author) => oneLine(author.name)),
    year: yearOf(entry.published),
    citations: null,
    url: arxivUrl(id),
    abstract: oneLine(entry.summary),
    sources: [service],
  };
}
