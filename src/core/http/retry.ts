/** Patient `fetch`: a timeout for each try, the whole body before it counts as an answer, and a second try where one may help. */
import { unlessAborted } from '../box/abort';
import { MlInternError } from '../errors';
import type { Clock } from '../ports/common';
import { waitMilliseconds } from './waiting';

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/** What several requests for one answer may wait in all; each wait is taken off. */
export interface Patience {
  leftMs: number;
  /** When it aborts, whoever is still silent has not answered. */
  deadline?: AbortSignal;
}

/** However often hosts refuse, one answer is not held up by waiting for longer. */
const longestWaitMs = 10_000;

export function freshPatience(limitMs?: number): Patience {
  return { leftMs: longestWaitMs, ...(limitMs !== undefined && { deadline: AbortSignal.timeout(limitMs) }) };
}

/** The same waits with an earlier end, for one of several that are asked in turn. */
export function partOf(whole: Patience, limitMs: number): Patience {
  const part = AbortSignal.timeout(limitMs);
  return {
    get leftMs() {
      return whole.leftMs;
    },
    set leftMs(left) {
      whole.leftMs = left;
    },
    deadline: whole.deadline ? AbortSignal.any([whole.deadline, part]) : part,
  };
}

/** For a request whose time was over before its turn came. */
export function noTimeLeft(url: string): NoAnswer {
  return new NoAnswer(new URL(url).host, 'no time was left to ask it', 0, undefined);
}

/** A request that shares its patience with others. */
export interface PatientInit extends RequestInit {
  patience?: Patience;
}

export interface RetryPolicy {
  attempts: number;
  /** For one try, headers and body together. */
  timeoutMs: number;
  /** Most time spent waiting between tries; a server that asks for more gets its last answer handed on instead. */
  maxWaitMs: number;
  maxBytes: number;
  /** For hosts that ask their callers to keep a distance. */
  minWaitMs?: number;
  /** A number from 0 to 1 for each wait; absent: waits are not varied. */
  jitter?: () => number;
}

export const readPolicy: RetryPolicy = {
  attempts: 4,
  timeoutMs: 20_000,
  maxWaitMs: longestWaitMs,
  maxBytes: 32 * 1024 * 1024,
};

/** No usable answer came, after every try. */
export class NoAnswer extends Error {
  constructor(
    readonly host: string,
    readonly why: string,
    attempts: number,
    cause: unknown,
  ) {
    super(
      attempts === 0
        ? `${host}: ${why}`
        : `${host} gave no answer after ${attempts} ${attempts === 1 ? 'try' : 'tries'}: ${why}`,
      { cause },
    );
  }
}

interface Try {
  response?: Response;
  failure?: unknown;
}

/** For reading only: a request that changes something must not go through here. */
export function fetchWithRetry(fetch: Fetch, clock: Clock, policy: RetryPolicy = readPolicy): Fetch {
  return async (url, init: PatientInit = {}) => {
    const shared = init.patience ?? { leftMs: policy.maxWaitMs };
    const isOver = () => shared.deadline?.aborted === true;
    if (isOver()) throw noTimeLeft(url);
    let waited = 0;
    for (let attempt = 1; ; attempt++) {
      const { response, failure } = await oneTry(fetch, url, init, policy);
      if (response !== undefined && !mayPass(response)) return response;
      const asked = waitMilliseconds(response?.headers ?? new Headers(), clock.now(), attempt, policy.jitter?.());
      const wait = Math.max(asked, policy.minWaitMs ?? 0);
      const isTooLong = waited + wait > policy.maxWaitMs || wait > shared.leftMs;
      if (attempt >= policy.attempts || isTooLong || isOver()) return last(url, response, failure, attempt);
      await unlessOver(clock.sleep(wait, init.signal ?? undefined), shared);
      if (isOver()) return last(url, response, failure, attempt);
      waited += wait;
      if (init.patience !== undefined) init.patience.leftMs -= wait;
    }
  };
}

async function unlessOver(wait: Promise<void>, { deadline }: Patience): Promise<void> {
  await unlessAborted(wait, deadline).catch((error: unknown) => {
    if (deadline?.aborted !== true) throw error;
  });
}

function last(url: string, response: Response | undefined, failure: unknown, attempts: number): Response {
  if (response !== undefined) return response;
  throw new NoAnswer(new URL(url).host, reasonOf(failure), attempts, failure);
}

async function oneTry(fetch: Fetch, url: string, init: PatientInit, policy: RetryPolicy): Promise<Try> {
  const ends = [init.signal, init.patience?.deadline, AbortSignal.timeout(policy.timeoutMs)];
  const signal = AbortSignal.any(ends.filter((end) => end instanceof AbortSignal));
  try {
    return { response: await whole(await fetch(url, { ...init, signal }), policy.maxBytes) };
  } catch (failure) {
    init.signal?.throwIfAborted();
    // Another try changes nothing about what was refused for a reason.
    if (MlInternError.is(failure)) throw failure;
    if (failure instanceof TooLarge) throw new NoAnswer(new URL(url).host, failure.message, 1, failure);
    return { failure };
  }
}

class TooLarge extends Error {}

/** The answer with its body read, so that a connection cut half-way is noticed here. */
async function whole(response: Response, maxBytes: number): Promise<Response> {
  if (response.body === null || response.status === 204 || response.status === 304) return response;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > maxBytes) throw new TooLarge(`the answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  const read = new Response(joined(chunks, size), { status: response.status, headers: response.headers });
  Object.defineProperty(read, 'url', { value: response.url });
  return read;
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** The dataset viewer uses 500 for lasting failures too, and names the passing ones. */
const passingCodes = new Set(['ResponseNotReady', 'UnexpectedApiError', 'AuthCheckHubRequestError']);

function mayPass(response: Response): boolean {
  const code = response.headers.get('x-error-code');
  if (response.status === 500 && code !== null) return passingCodes.has(code);
  return [408, 429, 500, 502, 503, 504].includes(response.status);
}

function reasonOf(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure);
  if (failure.name === 'TimeoutError') return 'it took too long';
  const cause = failure.cause;
  return cause instanceof Error && cause.message !== '' ? cause.message : failure.message;
}
