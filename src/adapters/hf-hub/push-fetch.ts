/** `fetch` for pushing: patient where a second try changes nothing, never silent for long, and with the token for the Hub's own address only. */
import { MlInternError } from '../../core/errors';
import { withToken } from '../../core/http/bound-token';
import { waitMilliseconds } from '../../core/http/waiting';
import type { Clock } from '../../core/ports/common';
import { CountedBlob } from './counted-blob';
import { refusedPush, unreachable, type PushSubject } from './push-failures';

export interface PushCall extends PushSubject {
  token: string;
  clock: Clock;
  signal: AbortSignal | undefined;
  /** Of large files, as they are sent; negative where a try failed. */
  onBytes?: (bytes: number) => void;
  /** Sees a commit before it is sent; throws where it must not be. */
  check?: (commit: string) => void;
}

const attempts = 4;
/** With nothing sent and nothing heard. */
const silenceMs = 60_000;
/** The Hub looks at every file of a commit before it answers. */
const commitMs = 600_000;
const passing = [408, 429, 500, 502, 503, 504];

export function pushFetch(call: PushCall): typeof globalThis.fetch {
  return async (input, init = {}) => {
    const url = input instanceof Request ? input.url : String(input);
    const isCommit = /\/commit\/[^/]+$/.test(new URL(url).pathname);
    if (isCommit && typeof init.body === 'string') call.check?.(init.body);
    for (let attempt = 1; ; attempt++) {
      const { response, failure } = await oneTry(url, init, isCommit ? commitMs : silenceMs, call);
      if (response?.ok) return response;
      const mayPass = response === undefined || passing.includes(response.status);
      if (!mayPass || attempt >= attempts || !isRepeatable(url, init.method)) {
        if (response !== undefined) throw await refusedPush(response, call);
        throw unreachable(call.endpoint, reasonOf(failure), failure);
      }
      const wait = waitMilliseconds(response?.headers ?? new Headers(), call.clock.now(), attempt);
      await call.clock.sleep(wait, call.signal);
    }
  };
}

/** Making a repository and committing are not done twice. */
function isRepeatable(url: string, method = 'GET'): boolean {
  return method !== 'POST' || /\/(preupload\/[^/?]+|objects\/batch)$/.test(new URL(url).pathname);
}

interface Try {
  response?: Response;
  failure?: unknown;
}

async function oneTry(url: string, init: RequestInit, patienceMs: number, call: PushCall): Promise<Try> {
  const silent = new AbortController();
  const timer = setTimeout(() => silent.abort(new Error(`nothing was heard for ${patienceMs / 1000} s`)), patienceMs);
  let sent = 0;
  const count = (bytes: number) => {
    timer.refresh();
    sent += bytes;
    call.onBytes?.(bytes);
  };
  const body = init.body instanceof Blob ? new CountedBlob(init.body, count) : init.body;
  const signals = [silent.signal, init.signal, call.signal].filter((signal) => signal != null);
  const headers = withToken(init.headers, url, call.endpoint, call.token);
  try {
    const answer = await fetch(url, {
      ...init,
      ...(body == null ? {} : { body }),
      headers,
      signal: AbortSignal.any(signals),
    });
    return { response: await whole(answer) };
  } catch (failure) {
    call.signal?.throwIfAborted();
    init.signal?.throwIfAborted();
    if (MlInternError.is(failure)) throw failure;
    call.onBytes?.(-sent);
    return { failure };
  } finally {
    clearTimeout(timer);
  }
}

/** With its body, so that an answer that is cut half-way is noticed here. */
async function whole(answer: Response): Promise<Response> {
  const body = await answer.arrayBuffer();
  const bodiless = [204, 304].includes(answer.status);
  const response = new Response(bodiless ? null : body, { status: answer.status, headers: answer.headers });
  Object.defineProperty(response, 'url', { value: answer.url });
  return response;
}

function reasonOf(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure);
  return failure.cause instanceof Error && failure.cause.message !== '' ? failure.cause.message : failure.message;
}
