/** Papers and citations from the Hub, arXiv and Semantic Scholar, merged by arXiv id. A silent service makes an answer partial. */
import { MlInternError } from '../../core/errors';
import { fetchWithRetry, type Fetch, type RetryPolicy } from '../../core/http/retry';
import type { Clock } from '../../core/ports/common';
import type { Citation, PaperHit, Papers, PaperText, PartialAnswer } from '../../core/ports/papers';
import { arxivId, mergeHits } from '../../core/research/merge';
import { ArxivFeed } from './arxiv-atom';
import { HfPapers } from './hf-papers';
import { HtmlPages } from './html-pages';
import { SemanticScholar } from './semantic-scholar';
import { ServiceFailure } from './service';
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
const policy: RetryPolicy = { attempts: 3, timeoutMs: 15_000, maxWaitMs: 10_000, maxBytes: 32 * 1024 * 1024 };
const keptPapers = 50;
const nobody = async () => undefined;

export class PaperServices implements Papers {
  private readonly hub: HfPapers;
  private readonly feed: ArxivFeed;
  private readonly pages: HtmlPages;
  private readonly scholar: SemanticScholar;
  private readonly texts = new Map<string, PaperText>();

  constructor(options: PaperServicesOptions) {
    const { clock, arxivSpacingMs } = options;
    const plain: Fetch = (url, init) => globalThis.fetch(url, init);
    const patient = fetchWithRetry(plain, clock, policy);
    const distant = fetchWithRetry(plain, clock, { ...policy, minWaitMs: arxivSpacingMs });
    const toArxiv = spaced(distant, clock, arxivSpacingMs);
    this.hub = new HfPapers(options.hub, patient, options.token ?? nobody);
    this.feed = new ArxivFeed(options.arxivApi ?? options.arxiv, toArxiv);
    this.pages = new HtmlPages(options.arxiv, options.ar5iv, toArxiv);
    this.scholar = new SemanticScholar(options.semanticScholar, patient, options.semanticScholarKey ?? nobody);
  }

  async search(query: string, limit: number, signal?: AbortSignal): Promise<PartialAnswer<PaperHit>> {
    const answers = await Promise.all([
      settled(this.hub.search(query, limit, signal)),
      settled(this.feed.search(query, limit, signal)),
      settled(this.scholar.search(query, limit, signal)),
    ]);
    const lists = answers.flatMap((answer) => (answer.value === undefined ? [] : [answer.value]));
    const missing = answers.flatMap((answer) => (answer.failure === undefined ? [] : [answer.failure.message]));
    if (lists.length === 0) throw unavailable(`No paper service could be searched. ${missing.join('. ')}.`);
    return { items: mergeHits(lists, limit), missing };
  }

  /** The best text there is: arXiv's HTML, then ar5iv's, then the Hub's Markdown, then the abstract. */
  async read(id: string, signal?: AbortSignal): Promise<PaperText> {
    const bare = bareId(id);
    const kept = this.texts.get(bare);
    if (kept !== undefined) return kept;
    const sources = [
      ...this.pages.places.map((place) => () => this.pages.read(bare, place, signal)),
      () => this.hub.read(bare, signal),
      () => this.feed.abstract(bare, signal),
    ];
    const failures: ServiceFailure[] = [];
    for (const source of sources) {
      const { value, failure } = await settled(source());
      if (failure !== undefined) failures.push(failure);
      if (value !== undefined) return this.keep(value, failures);
    }
    if (failures.every((failure) => failure.unknownPaper)) throw noSuchPaper(bare);
    throw unavailable(`Paper ${bare} could not be read. ${failures.map((failure) => failure.message).join('. ')}.`);
  }

  async citations(
    id: string,
    direction: 'references' | 'citations',
    limit: number,
    signal?: AbortSignal,
  ): Promise<PartialAnswer<Citation>> {
    const { value, failure } = await settled(this.scholar.citations(bareId(id), direction, limit, signal));
    return value ?? { items: [], missing: failure === undefined ? [] : [failure.message] };
  }

  /** A text is kept unless a better one may be had later, because a service was only silent for now. */
  private keep(text: PaperText, failures: readonly ServiceFailure[]): PaperText {
    if (!failures.every((failure) => failure.unknownPaper)) return text;
    const [oldest] = this.texts.keys();
    if (this.texts.size >= keptPapers && oldest !== undefined) this.texts.delete(oldest);
    this.texts.set(text.id, text);
    return text;
  }
}

interface Settled<T> {
  value?: T;
  failure?: ServiceFailure;
}

/** What a service could not do is part of the answer; anything else that goes wrong is not. */
async function settled<T>(asked: Promise<T>): Promise<Settled<T>> {
  try {
    return { value: await asked };
  } catch (error) {
    if (error instanceof ServiceFailure) return { failure: error };
    throw error;
  }
}

function bareId(id: string): string {
  const bare = arxivId(id.trim());
  if (bare !== undefined) return bare;
  const next = 'Give an arXiv id such as 2501.00001, as the search returns it.';
  throw new MlInternError('bad-input', `"${id}" is not an arXiv id.`, { next });
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
