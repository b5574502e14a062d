/** arXiv's Atom feed: search, and the abstract of one paper. */
import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import { distrust } from '../../core/http/cached';
import type { Fetch } from '../../core/http/retry';
import type { PaperFilter, PaperHit, PaperText } from '../../core/ports/papers';
import { arxivId } from '../../core/research/paper-ids';
import { wordsOf } from '../../core/research/rank';
import { arxivUrl, askFor, oneLine, ServiceFailure, trusted, yearOf, type Asked } from './service';

const service = 'arXiv';

/** An element with attributes is parsed to an object. */
const textShape = z.union([z.string(), z.object({ '#text': z.string().default('') }).transform((one) => one['#text'])]);
const entryShape = z.object({
  id: z.string(),
  title: textShape,
  summary: textShape.optional(),
  published: z.string().optional(),
  author: z.array(z.object({ name: z.string() })).optional(),
  category: z.array(z.object({ '@term': z.string().optional() })).optional(),
  'arxiv:doi': textShape.optional(),
});
const feedShape = z.object({
  feed: z.object({
    entry: z.array(entryShape).optional(),
    'opensearch:totalResults': textShape.pipe(z.coerce.number()).optional(),
  }),
});

const parser = new XMLParser({
  parseTagValue: false,
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  isArray: (name) => ['entry', 'author', 'category'].includes(name),
});

const mostWords = 6;

export class ArxivFeed {
  constructor(
    private readonly base: string,
    private readonly fetch: Fetch,
  ) {}

  /** All words first; any of them when nothing holds them all. */
  async search(query: string, limit: number, filter: PaperFilter, asking: Asked): Promise<PaperHit[]> {
    const terms = wordsOf(query)
      .slice(0, mostWords)
      .map((word) => `all:${word}`);
    if (terms.length === 0) return [];
    const rules = rulesOf(filter);
    const holding = (operator: string) => [`(${terms.join(` ${operator} `)})`, ...rules].join(' AND ');
    const hits = await this.query({ search_query: holding('AND') }, limit, asking);
    if (hits.length > 0 || terms.length === 1) return hits;
    return this.query({ search_query: holding('OR') }, limit, asking);
  }

  async abstract(id: string, asking: Asked): Promise<PaperText> {
    const [hit] = await this.query({ id_list: id }, 1, asking);
    if (hit === undefined) throw new ServiceFailure(service, 'it does not have this paper', true);
    const section = { id: 'abstract', title: 'Abstract', level: 1, text: hit.abstract };
    return { id, title: hit.title, source: `${service} (abstract only)`, sections: [section] };
  }

  private async query(what: Record<string, string>, limit: number, asking: Asked): Promise<PaperHit[]> {
    const parameters = { ...what, max_results: String(limit), sortBy: 'relevance' };
    const url = `${this.base}/api/query?${new URLSearchParams(parameters)}`;
    const first = await this.feed(url, asking);
    // arXiv now and then sends an empty page although there are results: asking again helps.
    const { entries } = first.entries.length === 0 && first.total > 0 ? await this.feed(url, asking) : first;
    return entries.map(toHit);
  }

  private async feed(url: string, asking: Asked): Promise<Feed> {
    const response = await askFor(this.fetch, url, { service, ...asking });
    const feed = await trusted(response, async () => readFeed(await response.text()));
    if (feed.entries.length === 0 && feed.total > 0) await distrust(response);
    return feed;
  }
}

/** The filter in arXiv's search language. */
function rulesOf({ since, until, category }: PaperFilter): string[] {
  const digits = (day: string) => day.replaceAll('-', '');
  const dates = `submittedDate:[${digits(since ?? '1991-01-01')}0000 TO ${digits(until ?? '2100-01-01')}2359]`;
  return [
    ...(category === undefined ? [] : [`cat:${category.includes('.') ? category : `${category}.*`}`]),
    ...(since === undefined && until === undefined ? [] : [dates]),
  ];
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
  const doi = entry['arxiv:doi']?.toLowerCase();
  return {
    id,
    ids: { arxiv: id, ...(doi !== undefined && { doi }) },
    title: oneLine(entry.title),
    authors: (entry.author ?? []).map((author) => oneLine(author.name)),
    year: yearOf(entry.published),
    published: entry.published?.slice(0, 10) ?? null,
    categories: (entry.category ?? []).flatMap((category) => category['@term'] ?? []),
    citations: null,
    url: arxivUrl(id),
    abstract: oneLine(entry.summary),
    sources: [service],
  };
}
