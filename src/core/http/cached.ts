/** `fetch` with a memory: fresh answers are not asked for again, old ones are checked, and without a network the kept ones serve. */
import { sha256 } from '../hash';
import type { Clock } from '../ports/common';
import type { HttpCache, KeptAnswer } from '../ports/http-cache';
import { NoAnswer, type Fetch } from './retry';

export interface CacheRules {
  cache: HttpCache;
  clock: Clock;
  /** How long an answer is taken as it is. */
  maxAgeMs(url: string): number;
  /** Nothing is asked: what is not kept does not exist for now. */
  offline: boolean;
}

/** How an answer came out of the cache without being checked. */
export interface FromCache {
  why: 'offline' | 'no answer';
  /** When it was kept, in milliseconds since the epoch. */
  at: number;
}

const keptHeaders = ['content-type', 'etag', 'last-modified'];
const keptStatuses = new Set([200, 404]);
/** What does not exist today may exist tomorrow. */
const longestAbsenceMs = 24 * 3600 * 1000;

const origins = new WeakMap<Response, FromCache>();
const forgetters = new WeakMap<Response, () => Promise<void>>();

/** Undefined for an answer that was asked for, is fresh, or was found unchanged. */
export function fromCache(response: Response): FromCache | undefined {
  return origins.get(response);
}

/** For an answer of no use, such as a sign-in page with status 200: the next one is asked for. */
export async function distrust(response: Response): Promise<void> {
  await forgetters.get(response)?.();
}

/** For reading only. Answers to requests with a token are kept apart from those without. */
export function cachedFetch(fetch: Fetch, rules: CacheRules): Fetch {
  return async (url, init = {}) => {
    const key = keyOf(url, init);
    const kept = await rules.cache.read(key);
    if (rules.offline) return offline(url, kept);
    if (kept !== undefined && isFresh(kept, url, rules)) return revived(kept, key, rules.cache);
    const answer = await asked(fetch, url, init, kept);
    if (kept !== undefined && answer.response?.status === 304) return confirmed(kept, key, rules);
    if (kept?.status === 200 && isNoAnswer(answer)) return unchecked(kept, 'no answer');
    if (answer.response === undefined) throw answer.failure;
    return stored(answer.response, key, rules);
  };
}

function keyOf(url: string, init: RequestInit): string {
  const headers = new Headers(init.headers);
  const own = ['authorization', 'x-api-key', 'accept'].map((name) => headers.get(name) ?? '');
  const body = typeof init.body === 'string' ? [init.method, init.body] : [];
  return sha256(JSON.stringify([url, ...own, ...body]));
}

function isFresh(kept: KeptAnswer, url: string, { clock, maxAgeMs }: CacheRules): boolean {
  const age = clock.now() - kept.at;
  const longest = kept.status === 200 ? maxAgeMs(url) : Math.min(longestAbsenceMs, maxAgeMs(url));
  // An answer of the future was kept before the clock was set back.
  return age >= 0 && age < longest;
}

interface Asked {
  response?: Response;
  failure?: unknown;
}

async function asked(fetch: Fetch, url: string, init: RequestInit, kept: KeptAnswer | undefined): Promise<Asked> {
  const headers = new Headers(init.headers);
  const { etag, 'last-modified': modified } = kept?.headers ?? {};
  if (etag !== undefined) headers.set('if-none-match', etag);
  if (modified !== undefined) headers.set('if-modified-since', modified);
  try {
    return { response: await fetch(url, { ...init, headers }) };
  } catch (failure) {
    if (failure instanceof NoAnswer) return { failure };
    throw failure;
  }
}

function isNoAnswer({ response, failure }: Asked): boolean {
  return failure !== undefined || response?.status === 429 || (response?.status ?? 0) >= 500;
}

function offline(url: string, kept: KeptAnswer | undefined): Response {
  if (kept !== undefined) return unchecked(kept, 'offline');
  throw new NoAnswer(new URL(url).host, 'offline, and its answer is not in the cache', 0, undefined);
}

function unchecked(kept: KeptAnswer, why: FromCache['why']): Response {
  const response = responseOf(kept);
  origins.set(response, { why, at: kept.at });
  return response;
}

function revived(kept: KeptAnswer, key: string, cache: HttpCache): Response {
  const response = responseOf(kept);
  forgetters.set(response, () => cache.forget(key));
  return response;
}

async function confirmed(kept: KeptAnswer, key: string, { cache, clock }: CacheRules): Promise<Response> {
  await cache.write(key, { ...kept, at: clock.now() });
  return revived(kept, key, cache);
}

async function stored(response: Response, key: string, { cache, clock }: CacheRules): Promise<Response> {
  if (!keptStatuses.has(response.status)) return response;
  const headers = keptHeaders.flatMap((name) => {
    const value = response.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  const kept: KeptAnswer = {
    url: response.url,
    status: response.status,
    headers: Object.fromEntries(headers),
    at: clock.now(),
    body: new Uint8Array(await response.arrayBuffer()),
  };
  await cache.write(key, kept);
  return revived(kept, key, cache);
}

function responseOf({ url, status, headers, body }: KeptAnswer): Response {
  const response = new Response(body as Uint8Array<ArrayBuffer>, { status, headers });
  Object.defineProperty(response, 'url', { value: url });
  return response;
}
