/** Papers and citations from the Hub, arXiv and Semantic Scholar, joined by what identifies a paper. A silent service makes an answer partial. */
import { MlInternError } from '../../core/errors';
import { cachedFetch } from '../../core/http/cached';
import { resting } from '../../core/http/resting';
import { fetchWithRetry, type Fetch, type RetryPolicy } from '../../core/http/retry';
import type { Clock } from '../../core/ports/common';
import type { HostTurns, HttpCache } from '../../core/ports/http-cache';
import type {
  Citation,
  CitationDirection,
  PaperHit,
  PaperLinks,
  PaperReference,
  Papers,
  PaperSearch,
  PaperText,
  PartialAnswer,
  RankedHit,
} from '../../core/ports/papers';
import { linksInText } from '../../core/research/links';
import { arxivRef, paperIds, publicId } from '../../core/research/paper-ids';
import { ArxivFeed } from './arxiv-atom';
import { HfPapers } from './hf-papers';
import { HtmlPages, type PaperRef } from './html-pages';
import { openPdfLate, PdfPages, type OpenPdf } from './pdf-pages';
import { searchAll } from './searching';
import { SemanticScholar } from './semantic-scholar';
import { arxivUrl, settled, yearOf, type Asked, type ServiceFailure } from './service';
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
const day = 24 * 3600 * 1000;
const keptPapers = 50;
const nobody = async () => undefined;
const noLinks = async (): Promise<Omit<PaperLinks, 'missing'>> => ({ models: [], datasets: [], spaces: [], code: [] });

export class PaperServices implements Papers {
  private readonly hub: HfPapers;
  private readonly feed: ArxivFeed;
  private readonly pages: HtmlPages;
  private readonly pdfs: PdfPages;
  private readonly scholar: SemanticScholar;
  private readonly texts = new Map<string, PaperText>();

  constructor(private readonly options: PaperServicesOptions) {
    const { clock, arxivSpacingMs, web } = options;
    const plain: Fetch = (url, init) => globalThis.fetch(url, init);
    const patient = fetchWithRetry(plain, clock, policy);
    const distant = fetchWithRetry(plain, clock, { ...policy, minWaitMs: arxivSpacingMs });
    const large = fetchWithRetry(plain, clock, { ...pdfPolicy, minWaitMs: arxivSpacingMs });
    // One queue for all that arXiv is asked for.
    const ofSize: Fetch = (url, init) => (isPdf(url) ? large : distant)(url, init);
    const toArxiv = kept(resting(spaced(ofSize, clock, arxivSpacingMs, web?.turns), clock), options);
    const toOthers = kept(resting(patient, clock), options);
    this.hub = new HfPapers(options.hub, toOthers, options.token ?? nobody);
    this.feed = new ArxivFeed(options.arxivApi ?? options.arxiv, toArxiv);
    this.pages = new HtmlPages(options.arxiv, options.ar5iv, toArxiv);
    this.pdfs = new PdfPages(options.arxiv, toArxiv, options.openPdf ?? openPdfLate);
    this.scholar = new SemanticScholar(options.semanticScholar, toOthers, options.semanticScholarKey ?? nobody);
  }

  async search(query: string, search: PaperSearch, signal?: AbortSignal): Promise<PartialAnswer<RankedHit>> {
    const notes = new Set<string>();
    const { hub, feed, scholar } = this;
    const now = this.options.clock.now();
    const { items, missing } = await searchAll(query, search, { hub, feed, scholar, now }, { signal, notes });
    if (items === undefined) throw unavailable(`No paper service could be searched. ${missing.join('. ')}.`);
    return { items, missing, ...told(notes) };
  }

  /** The best text there is: arXiv's HTML, then ar5iv's, then the Hub's Markdown, then the PDF, then the abstract. */
  async read(id: string, signal?: AbortSignal): Promise<PaperText> {
    const ref = arxivRef(id.trim());
    if (ref === undefined) return this.readElsewhere(id, signal);
    const name = `${ref.id}${ref.version ?? ''}`;
    const kept = this.texts.get(name);
    if (kept !== undefined) return kept;
    const notes = new Set<string>();
    const failures: ServiceFailure[] = [];
    for (const source of this.sources(ref, { signal, notes })) {
      const { value, failure } = await settled(source());
      if (failure !== undefined) failures.push(failure);
      if (value === undefined) continue;
      // A better text may be had another time.
      const silent = failures.filter((one) => !one.unknownPaper).map((one) => one.message);
      return this.keep(name, { ...value, ...told(notes, [...(value.notes ?? []), ...silent]) }, failures);
    }
    if (failures.every((failure) => failure.unknownPaper)) throw noSuchPaper(name);
    throw unavailable(`Paper ${name} could not be read. ${failures.map((failure) => failure.message).join('. ')}.`);
  }

  async citations(
    id: string,
    direction: CitationDirection,
    limit: number,
    signal?: AbortSignal,
  ): Promise<PartialAnswer<Citation>> {
    const notes = new Set<string>();
    const { value, failure } = await settled(this.scholar.citations(knownId(id), direction, limit, { signal, notes }));
    if (value !== undefined) return { ...value, ...told(notes) };
    const missing = failure === undefined ? [] : [failure.message];
    if (direction === 'citations' || failure?.unknownPaper === true) return { items: [], missing, ...told(notes) };
    return { ...(await this.ownReferences(id, limit, missing, signal)), ...told(notes) };
  }

  /** Without a citation service, what a paper cites can still be read off its bibliography. */
  private async ownReferences(
    id: string,
    limit: number,
    missing: string[],
    signal?: AbortSignal,
  ): Promise<PartialAnswer<Citation>> {
    const { paper } = await this.textOrFailure(id, signal);
    const items = (paper?.references ?? []).flatMap((reference) => citedHere(reference, paper?.source ?? '') ?? []);
    const note = `References were read off the paper itself: ${items.length} with an id, without influence and intent`;
    return { items: items.slice(0, limit), missing: items.length === 0 ? missing : [...missing, note] };
  }

  /** From the Hub's page of the paper, and from the addresses in its text. */
  async links(id: string, signal?: AbortSignal): Promise<PaperLinks> {
    const arxiv = arxivRef(id.trim())?.id;
    const [text, hub] = await Promise.all([
      this.textOrFailure(id, signal),
      settled(arxiv === undefined ? noLinks() : this.hub.links(arxiv, { signal })),
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

  private async textOrFailure(id: string, signal?: AbortSignal): Promise<{ paper?: PaperText; failure?: string }> {
    try {
      return { paper: await this.read(id, signal) };
    } catch (error) {
      if (MlInternError.is(error, 'papers-unavailable')) return { failure: error.message };
      throw error;
    }
  }

  private sources(ref: PaperRef, asked: Asked): (() => Promise<PaperText>)[] {
    return [
      ...this.pages.places.map((place) => () => this.pages.read(ref, place, asked)),
      () => this.hub.read(ref.id, asked),
      () => this.pdfs.read(ref, asked),
      () => this.feed.abstract(ref.id, asked),
    ];
  }

  /** A paper that is not on arXiv has an abstract at best. */
  private async readElsewhere(id: string, signal?: AbortSignal): Promise<PaperText> {
    const notes = new Set<string>();
    const { value, failure } = await settled(this.scholar.paper(knownId(id), { signal, notes }));
    const arxiv = value?.ids?.arxiv;
    if (arxiv !== undefined) return this.read(arxiv, signal);
    if (value !== undefined && value.abstract !== '') return abstractOnly(value, told(notes).notes ?? []);
    if (value !== undefined || failure?.unknownPaper === true) throw noSuchPaper(id);
    throw unavailable(`Paper ${id} could not be read. ${failure?.message ?? ''}.`);
  }

  /** A text is kept unless a better one may be had later, because a service was only silent for now. */
  private keep(name: string, text: PaperText, failures: readonly ServiceFailure[]): PaperText {
    if (!failures.every((failure) => failure.unknownPaper)) return text;
    const [oldest] = this.texts.keys();
    if (this.texts.size >= keptPapers && oldest !== undefined) this.texts.delete(oldest);
    this.texts.set(name, text);
    return text;
  }
}

const isPdf = (url: string) => new URL(url).pathname.startsWith('/pdf/');

/** Papers hardly change; what is found and cited does. */
function kept(fetch: Fetch, { web, clock }: PaperServicesOptions): Fetch {
  if (web === undefined) return fetch;
  const maxAgeMs = (url: string) => (/\/(html|pdf|papers)\/[^?]*$/.test(new URL(url).pathname) ? 30 * day : day);
  return cachedFetch(fetch, { cache: web.cache, offline: web.offline, clock, maxAgeMs });
}

function told(notes: ReadonlySet<string>, before: readonly string[] = []): { notes?: string[] } {
  const all = [...before, ...notes];
  return all.length === 0 ? {} : { notes: all };
}

function abstractOnly({ id, title, abstract }: PaperHit, notes: readonly string[]): PaperText {
  const sections = [{ id: 'abstract', title: 'Abstract', level: 1, text: abstract }];
  const source = 'Semantic Scholar (abstract only)';
  return {
    id,
    title,
    source,
    sections,
    notes: ['This paper is not on arXiv: only its abstract can be read.', ...notes],
  };
}

function knownId(id: string): string {
  if (Object.keys(paperIds(id)).length > 0) return id;
  const next = 'Give an arXiv id such as 2501.00001, its address or DOI, or an id that the search returned.';
  throw new MlInternError('bad-input', `"${id}" is not an id of a paper.`, { next });
}

function noSuchPaper(id: string): MlInternError {
  return new MlInternError('bad-input', `No paper service knows ${id}.`, {
    next: 'Check the id, or search for the title.',
  });
}

function unavailable(message: string): MlInternError {
  return new MlInternError('papers-unavailable', message, {
    next: 'Go on with what was read so far, or try again in some minutes.',
  });
}

function citedHere({ text, ids }: PaperReference, source: string): Citation | undefined {
  const id = publicId(ids);
  if (id === undefined) return undefined;
  const url = ids.arxiv === undefined ? `https://doi.org/${ids.doi ?? ''}` : arxivUrl(ids.arxiv);
  const year = yearOf(/\b(?:19|20)\d\d\b(?!.*\b(?:19|20)\d\d\b)/.exec(text)?.[0]);
  const rest = { ids, title: text, authors: [], year, citations: null, url, abstract: '', sources: [source] };
  return { paper: { id, ...rest }, influential: false, intents: [], contexts: [] };
}
