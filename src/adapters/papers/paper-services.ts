/** Papers and citations from the Hub, arXiv and Semantic Scholar, joined by what identifies a paper. A silent service makes an answer partial. */
import { MlInternError } from '../../core/errors';
import { cachedFetch } from '../../core/http/cached';
import { following } from '../../core/http/redirects';
import { resting } from '../../core/http/resting';
import { fetchWithRetry, freshPatience, type Fetch, type Patience, type RetryPolicy } from '../../core/http/retry';
import type { Clock } from '../../core/ports/common';
import type { HostTurns, HttpCache } from '../../core/ports/http-cache';
import type {
  Citation,
  CitationDirection,
  PaperLinks,
  Papers,
  PaperSearch,
  PaperText,
  PartialAnswer,
  RankedHit,
} from '../../core/ports/papers';
import { linksInText } from '../../core/research/links';
import { arxivRef } from '../../core/research/paper-ids';
import { knownId, told, unavailable } from './answers';
import { ArxivFeed } from './arxiv-atom';
import { HfPapers } from './hf-papers';
import { HtmlPages } from './html-pages';
import { ownReferences } from './own-references';
import { openPdfLate, PdfPages, type OpenPdf } from './pdf-pages';
import { Reading } from './reading';
import { searchAll } from './searching';
import { SemanticScholar } from './semantic-scholar';
import { settled } from './service';
import { spaced } from './spacing';

export interface PaperServicesOptions {
  hub: string;
  /** Where arXiv's HTML is; also its query API unless `arxivApi` says otherwise. */
  arxiv: string;
  arxivApi?: string;
  /** A second place for the HTML of papers. */
  ar5iv?: string;
  semanticScholar: string;
  /** Pause between two requests to arXiv. */
  arxivSpacingMs: number;
  clock: Clock;
  /** For one answer, whoever is silent; absent: a minute and a half. */
  limitMs?: number;
  /** What is kept between runs; absent: nothing is. */
  web?: { cache: HttpCache; turns?: HostTurns; offline: boolean };
  /** Absent: loaded when the first PDF is read. */
  openPdf?: OpenPdf;
  /** For the Hub only. */
  token?: () => Promise<string | undefined>;
  /** For Semantic Scholar only. */
  semanticScholarKey?: () => Promise<string | undefined>;
}

export const publicPaperServices = {
  hub: 'https://huggingface.co',
  arxiv: 'https://arxiv.org',
  arxivApi: 'https://export.arxiv.org',
  ar5iv: 'https://ar5iv.labs.arxiv.org',
  semanticScholar: 'https://api.semanticscholar.org',
  /** What arXiv asks of its callers. */
  arxivSpacingMs: 3000,
} as const;

/** A refusal to answer for now must not hold up the run. */
const policy: RetryPolicy = {
  ...{ attempts: 3, timeoutMs: 15_000, maxWaitMs: 10_000, maxBytes: 32 * 2 ** 20 },
  jitter: Math.random,
};
/** A book of 900 pages is large. */
const pdfPolicy: RetryPolicy = { ...policy, attempts: 2, timeoutMs: 60_000, maxBytes: 100 * 2 ** 20 };
const usualLimitMs = 90_000;
const day = 24 * 3600 * 1000;
const nobody = async () => undefined;
const noLinks = async (): Promise<Omit<PaperLinks, 'missing'>> => ({ models: [], datasets: [], spaces: [], code: [] });

export class PaperServices implements Papers {
  private readonly hub: HfPapers;
  private readonly feed: ArxivFeed;
  private readonly scholar: SemanticScholar;
  private readonly reading: Reading;
  private readonly limitMs: number;

  constructor(private readonly options: PaperServicesOptions) {
    const { clock, arxivSpacingMs, web, limitMs = usualLimitMs } = options;
    this.limitMs = limitMs;
    // The keys of the services must not follow a redirect to another host.
    const plain = following((url, init) => globalThis.fetch(url, init));
    const patient = fetchWithRetry(plain, clock, policy);
    const distant = fetchWithRetry(plain, clock, { ...policy, minWaitMs: arxivSpacingMs });
    const large = fetchWithRetry(plain, clock, { ...pdfPolicy, minWaitMs: arxivSpacingMs });
    // One queue for all that arXiv is asked for.
    const ofSize: Fetch = (url, init) => (isPdf(url) ? large : distant)(url, init);
    const toArxiv = kept(resting(spaced(ofSize, clock, arxivSpacingMs, web?.turns), clock), options);
    const toOthers = kept(resting(patient, clock), options);
    this.hub = new HfPapers(options.hub, toOthers, options.token ?? nobody);
    this.feed = new ArxivFeed(options.arxivApi ?? options.arxiv, toArxiv);
    this.scholar = new SemanticScholar(options.semanticScholar, toOthers, options.semanticScholarKey ?? nobody);
    const pdfTools = { open: options.openPdf ?? openPdfLate, clock, cache: web?.cache };
    const { hub, feed, scholar } = this;
    const pages = new HtmlPages(options.arxiv, options.ar5iv, toArxiv);
    const pdfs = new PdfPages(options.arxiv, toArxiv, pdfTools);
    this.reading = new Reading({ hub, feed, scholar, pages, pdfs }, this.limitMs);
  }

  async search(query: string, search: PaperSearch, signal?: AbortSignal): Promise<PartialAnswer<RankedHit>> {
    const notes = new Set<string>();
    const { hub, feed, scholar, limitMs } = this;
    const now = this.options.clock.now();
    const services = { hub, feed, scholar, now, limitMs };
    const { items, missing } = await searchAll(query, search, services, { signal, notes });
    if (items === undefined) throw unavailable(`No paper service could be searched. ${missing.join('. ')}.`);
    return { items, missing, ...told(notes) };
  }

  read(id: string, signal?: AbortSignal, section?: string): Promise<PaperText> {
    return this.reading.read(id, signal, section);
  }

  async citations(
    id: string,
    direction: CitationDirection,
    limit: number,
    signal?: AbortSignal,
    patience: Patience = freshPatience(this.limitMs),
  ): Promise<PartialAnswer<Citation>> {
    const notes = new Set<string>();
    const asked = { signal, notes, patience };
    const { value, failure } = await settled(this.scholar.citations(knownId(id), direction, limit, asked));
    if (value !== undefined) return { ...value, ...told(notes) };
    const missing = failure === undefined ? [] : [failure.message];
    if (direction === 'citations' || failure?.unknownPaper === true) return { items: [], missing, ...told(notes) };
    const { paper } = await this.textOrFailure(id, signal, patience);
    const items = paper === undefined ? [] : ownReferences(paper);
    if (items.length > 0) missing.push(`${items.length} references with an id were read off the paper itself`);
    return { items: items.slice(0, limit), missing, ...told(notes) };
  }

  /** From the Hub's page of the paper, and from the addresses in its text. */
  async links(id: string, signal?: AbortSignal): Promise<PaperLinks> {
    const arxiv = arxivRef(id.trim())?.id;
    const [text, hub] = await Promise.all([
      this.textOrFailure(id, signal),
      settled(
        arxiv === undefined ? noLinks() : this.hub.links(arxiv, { signal, patience: freshPatience(this.limitMs) }),
      ),
    ]);
    const inText = text.paper ? linksInText(text.paper) : { code: [], datasets: [], models: [] };
    const joined = (kind: 'models' | 'datasets' | 'code') => [
      ...new Set([...(hub.value?.[kind] ?? []), ...inText[kind]]),
    ];
    // A paper that the Hub does not list has nothing linked there.
    const silent = hub.failure?.unknownPaper === false ? [hub.failure.message] : [];
    const missing = [...silent, ...(text.failure === undefined ? [] : [text.failure])];
    const spaces = hub.value?.spaces ?? [];
    return { models: joined('models'), datasets: joined('datasets'), spaces, code: joined('code'), missing };
  }

  private async textOrFailure(
    id: string,
    signal?: AbortSignal,
    patience?: Patience,
  ): Promise<{ paper?: PaperText; failure?: string }> {
    try {
      return { paper: await this.reading.read(id, signal, undefined, patience) };
    } catch (error) {
      if (MlInternError.is(error, 'papers-unavailable')) return { failure: error.message };
      throw error;
    }
  }
}

const isPdf = (url: string) => new URL(url).pathname.startsWith('/pdf/');

/** Papers hardly change; what is found and cited does. */
function kept(fetch: Fetch, { web, clock }: PaperServicesOptions): Fetch {
  if (web === undefined) return fetch;
  const maxAgeMs = (url: string) => (/\/(html|pdf|papers)\/[^?]*$/.test(new URL(url).pathname) ? 30 * day : day);
  return cachedFetch(fetch, { cache: web.cache, offline: web.offline, clock, maxAgeMs });
}
