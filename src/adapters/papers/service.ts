/** Asking one paper service: an answer, or a failure that says which service could not help and why. */
import type { z } from 'zod';
import { saidBy } from '../../core/http/failures';
import { NoAnswer, type Fetch } from '../../core/http/retry';

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

export interface Asking {
  service: string;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

export async function askFor(fetch: Fetch, url: string, asking: Asking): Promise<Response> {
  const response = await fetched(fetch, url, asking);
  if (response.ok) return response;
  if (response.status === 404) throw new ServiceFailure(asking.service, 'it does not have this paper', true);
  if (response.status === 429) throw new ServiceFailure(asking.service, 'it refuses more requests for now (HTTP 429)');
  throw new ServiceFailure(asking.service, await saidBy(response));
}

async function fetched(fetch: Fetch, url: string, { service, headers, signal }: Asking): Promise<Response> {
  try {
    return await fetch(url, { ...(headers && { headers }), ...(signal && { signal }) });
  } catch (error) {
    if (error instanceof NoAnswer) throw new ServiceFailure(service, error.why, false, error);
    throw error;
  }
}

export async function askForJson<T>(fetch: Fetch, url: string, shape: z.ZodType<T>, asking: Asking): Promise<T> {
  const response = await askFor(fetch, url, asking);
  const parsed = shape.safeParse(await jsonOf(response, asking.service));
  if (parsed.success) return parsed.data;
  throw new ServiceFailure(asking.service, 'its answer had an unexpected shape', false, parsed.error);
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
