/** Asking one paper service: an answer, or a failure that says which service could not help and why. */
import type { z } from 'zod';
import { distrust, fromCache } from '../../core/http/cached';
import { saidBy } from '../../core/http/failures';
import { NoAnswer, type Fetch, type Patience, type PatientInit } from '../../core/http/retry';

export class ServiceFailure extends Error {
  constructor(
    readonly service: string,
    readonly why: string,
    /** The service answered, and does not know the paper. */
    readonly unknownPaper = false,
    cause?: unknown,
  ) {
    super(`${service}: ${why}`, { cause });
  }
}

/** What a caller hands down to every request of one question. */
export interface Asked {
  signal?: AbortSignal | undefined;
  /** Gets a line for each service whose answer came from the cache unchecked. */
  notes?: Set<string>;
  /** Shared by the requests that are made one after another for one answer. */
  patience?: Patience | undefined;
  /** The section that the reader wants. */
  wanted?: string | undefined;
}

export interface Asking extends Asked {
  service: string;
  headers?: Record<string, string>;
  /** For services that are asked by POST and change nothing. */
  body?: string;
}

export async function askFor(fetch: Fetch, url: string, asking: Asking): Promise<Response> {
  const response = await fetched(fetch, url, asking);
  noteOrigin(response, asking);
  if (response.ok) return response;
  if (response.status === 404) throw new ServiceFailure(asking.service, 'it does not have this paper', true);
  if (response.status === 429) throw new ServiceFailure(asking.service, refusalOf(response));
  throw new ServiceFailure(asking.service, await saidBy(response));
}

function refusalOf({ headers }: Response): string {
  const seconds = headers.get('retry-after');
  const until = seconds !== null && /^\d+$/.test(seconds) ? `, try again in ${seconds} s` : '';
  return `it refuses more requests for now (HTTP 429${until})`;
}

async function fetched(fetch: Fetch, url: string, asking: Asking): Promise<Response> {
  const { service, headers, signal, body, patience } = asking;
  const post = body === undefined ? {} : { method: 'POST', body };
  try {
    const init: PatientInit = {
      ...post,
      ...(headers && { headers }),
      ...(signal && { signal }),
      ...(patience && { patience }),
    };
    return await fetch(url, init);
  } catch (error) {
    if (error instanceof NoAnswer) throw new ServiceFailure(service, error.why, false, error);
    throw error;
  }
}

function noteOrigin(response: Response, { service, notes }: Asking): void {
  const origin = fromCache(response);
  if (origin === undefined) return;
  const day = new Date(origin.at).toISOString().slice(0, 10);
  const why = origin.why === 'offline' ? 'offline' : 'it did not answer';
  notes?.add(`${service}: ${why}, so its answer of ${day} was taken from the cache`);
}

/** An answer that cannot be used is not kept. */
export async function trusted<T>(response: Response, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    await distrust(response);
    throw error;
  }
}

export async function askForJson<T>(fetch: Fetch, url: string, shape: z.ZodType<T>, asking: Asking): Promise<T> {
  const response = await askFor(fetch, url, asking);
  return trusted(response, async () => {
    const parsed = shape.safeParse(await jsonOf(response, asking.service));
    if (parsed.success) return parsed.data;
    throw new ServiceFailure(asking.service, 'its answer had an unexpected shape', false, parsed.error);
  });
}

async function jsonOf(response: Response, service: string): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    throw new ServiceFailure(service, 'its answer was not JSON (a proxy or sign-in page?)', false, error);
  }
}

export const oneLine = (text: string | null | undefined): string => (text ?? '').replace(/\s+/g, ' ').trim();
export const yearOf = (date: string | null | undefined): number | null =>
  Number(/^\d{4}/.exec(date ?? '')?.[0]) || null;
export const arxivUrl = (id: string): string => `https://arxiv.org/abs/${id}`;

export interface Settled<T> {
  value?: T;
  failure?: ServiceFailure;
}

/** What a service could not do is part of the answer; anything else that goes wrong is not. */
export async function settled<T>(asked: Promise<T>): Promise<Settled<T>> {
  try {
    return { value: await asked };
  } catch (error) {
    if (error instanceof ServiceFailure) return { failure: error };
    throw error;
  }
}
