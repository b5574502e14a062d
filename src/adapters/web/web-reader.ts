/** Reads a page that the agent names, whatever it is written in. */
import { isAbort, MlInternError } from '../../core/errors';
import { cachedFetch, fromCache, type CacheRules } from '../../core/http/cached';
import { fetchWithRetry, NoAnswer, type Fetch, type RetryPolicy } from '../../core/http/retry';
import { waitMilliseconds } from '../../core/http/waiting';
import type { Clock } from '../../core/ports/common';
import type { ReadText, WebPages } from '../../core/ports/lookup';
import { guardedFetch } from './guarded-fetch';
import { Guard, type GuardOptions } from './guarded-request';
import { readable, type OpenPdf } from './readable';

export interface WebReaderOptions extends GuardOptions {
  clock: Clock;
  openPdf: OpenPdf;
  cache?: Pick<CacheRules, 'cache' | 'offline'>;
  /** For a whole page, all tries together. */
  timeoutMs?: number;
}

const mostBytes = 4 * 1024 * 1024;
const mostPdfBytes = 48 * 1024 * 1024;
const bytesOf = (type: string) => (/\bpdf\b/i.test(type) ? mostPdfBytes : mostBytes);
const policy: RetryPolicy = { attempts: 2, timeoutMs: 20_000, maxWaitMs: 5_000, maxBytes: 2 * mostPdfBytes };
const usualTimeoutMs = 45_000;
/** A page that is read in parts is the same page for a while. */
const maxAgeMs = 15 * 60_000;
const next = 'Go on without it, or name another page that says the same.';

export class WebReader implements WebPages {
  private readonly fetch: Fetch;

  constructor(private readonly options: WebReaderOptions) {
    const { clock, cache } = options;
    const patient = fetchWithRetry(guardedFetch(new Guard(options), bytesOf), clock, policy);
    this.fetch = cache ? cachedFetch(patient, { ...cache, clock, maxAgeMs: () => maxAgeMs }) : patient;
  }

  async read(address: string, signal?: AbortSignal): Promise<ReadText> {
    const url = urlOf(address);
    const timeout = AbortSignal.timeout(this.options.timeoutMs ?? usualTimeoutMs);
    const until = signal ? AbortSignal.any([signal, timeout]) : timeout;
    try {
      const response = await this.fetch(url, { signal: until });
      if (!response.ok) throw this.refusal(response, url);
      return await this.textOf(response, url, until);
    } catch (error) {
      if (signal?.aborted || MlInternError.is(error)) throw error;
      if (timeout.aborted || isAbort(error)) throw unavailable(url, 'it took too long', error);
      throw error instanceof NoAnswer ? unavailable(url, error.why, error) : error;
    }
  }

  private async textOf(response: Response, url: string, signal: AbortSignal): Promise<ReadText> {
    const bytes = new Uint8Array(await response.arrayBuffer());
    const type = response.headers.get('content-type') ?? '';
    const cut = bytes.length >= bytesOf(type);
    const text = await readable({ bytes, type, url: response.url || url, cut }, this.options.openPdf, signal);
    const kept = fromCache(response);
    if (kept === undefined) return text;
    const note = `This is a copy of ${new Date(kept.at).toISOString().slice(0, 10)}: the page did not answer (${kept.why}).`;
    return { ...text, note: [note, text.note].filter((each) => each !== undefined).join(' ') };
  }

  private refusal(response: Response, url: string): MlInternError {
    const { status, headers } = response;
    if (status === 404 || status === 410) return unavailable(url, 'there is no such page', undefined);
    if (status === 401 || status === 403) return unavailable(url, 'it is only for those who sign in', undefined);
    if (status !== 429) return unavailable(url, `HTTP ${status}`, undefined);
    const told = headers.has('retry-after') || headers.has('ratelimit');
    const seconds = Math.ceil(waitMilliseconds(headers, this.options.clock.now(), 1) / 1000);
    const wait = told ? ` (again in ${seconds} s)` : '';
    return unavailable(url, `it wants fewer requests${wait}`, undefined);
  }
}

function urlOf(address: string): string {
  const text = address.trim();
  if (URL.canParse(text)) {
    const url = new URL(text);
    url.hash = '';
    return url.href;
  }
  throw new MlInternError('bad-input', 'That is not the address of a page.', {
    next: 'Give a whole address, e.g. https://example.org/page.',
  });
}

function unavailable(url: string, why: string, cause: unknown): MlInternError {
  return new MlInternError('lookup-unavailable', `${url.slice(0, 300)} cannot be read: ${why}.`, { next, cause });
}
