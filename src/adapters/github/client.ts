/** Questions to GitHub: the token goes to its API only, and what it refuses becomes an error that says what to do. */
import { MlInternError } from '../../core/errors';
import { withToken } from '../../core/http/bound-token';
import { cachedFetch, distrust, type CacheRules } from '../../core/http/cached';
import { following } from '../../core/http/redirects';
import { fetchWithRetry, NoAnswer, type Fetch, type RetryPolicy } from '../../core/http/retry';
import type { Clock } from '../../core/ports/common';
import type { CodePlace } from '../../core/ports/lookup';
import { checked } from './places';
import { refusal, typed, unavailable } from './refusals';

export interface GitHubOptions {
  api: string;
  raw: string;
  codeload: string;
  clock: Clock;
  /** For the API only. */
  token?: () => Promise<string | undefined>;
  cache?: Pick<CacheRules, 'cache' | 'offline'>;
}

export const publicGitHub = {
  api: 'https://api.github.com',
  raw: 'https://raw.githubusercontent.com',
  codeload: 'https://codeload.github.com',
} as const;

const mostArchiveBytes = 96 * 1024 * 1024;
const policy: RetryPolicy = { attempts: 3, timeoutMs: 60_000, maxWaitMs: 10_000, maxBytes: mostArchiveBytes };
/** What a branch holds changes, but not while somebody reads it. */
const maxAgeMs = 30 * 60_000;
export class GitHubClient {
  private readonly fetch: Fetch;

  constructor(readonly options: GitHubOptions) {
    const plain: Fetch = (url, init) => globalThis.fetch(url, init);
    const patient = fetchWithRetry(following(plain), options.clock, policy);
    const { cache, clock } = options;
    this.fetch = cache ? cachedFetch(patient, { ...cache, clock, maxAgeMs: () => maxAgeMs }) : patient;
  }

  async archive(place: CodePlace, signal?: AbortSignal): Promise<Uint8Array> {
    const { repo, ref = 'HEAD' } = checked(place);
    const url =
      (await this.token()) === undefined
        ? `${this.options.codeload}/${repo}/tar.gz/${ref}`
        : `${this.options.api}/repos/${repo}/tarball/${ref}`;
    const response = await this.ask(url, signal).catch((error: unknown) => {
      const isLarge = error instanceof MlInternError && /larger than/.test(error.message);
      if (!isLarge) throw error;
      throw unavailable(
        `${repo} is too large to be searched from here`,
        'List its files and read the likely ones.',
        error,
      );
    });
    if (!response.ok) throw await this.refused(response, { repo, ref: place.ref });
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) return bytes;
    await distrust(response);
    throw unavailable('its answer is no archive (a proxy or sign-in page?)', 'Check the network, or try again later.');
  }

  async ask(url: string, signal?: AbortSignal, headers: Record<string, string> = {}): Promise<Response> {
    const bound = withToken({ 'user-agent': 'ml-intern', ...headers }, url, this.options.api, await this.token());
    try {
      return await this.fetch(url, { headers: bound, ...(signal && { signal }) });
    } catch (error) {
      throw error instanceof NoAnswer ? typed(error) : error;
    }
  }

  async refused(response: Response, place: CodePlace): Promise<MlInternError> {
    return refusal(response, place, (await this.token()) !== undefined);
  }

  token(): Promise<string | undefined> {
    return this.options.token?.() ?? Promise.resolve(undefined);
  }
}
