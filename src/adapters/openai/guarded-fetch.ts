/** `fetch` towards one model endpoint: says no more than needed, waits no longer than sensible, and fails with typed errors. */
import { failedAnswer, garbage, ModelError, retryAfter } from '../../core/model-errors';
import type { Clock } from '../../core/ports/common';
import { within, type Patience } from './patience';
import { StreamCheck } from './stream-check';

export interface Target {
  baseUrl: string;
  model: string;
  apiKey(): Promise<string | undefined>;
  patience: Patience;
  clock: Clock;
  /** The network; replaced in tests. */
  fetch: typeof globalThis.fetch;
}

/** What an endpoint needs to know; client libraries add where and on what they run, organisations and more. */
const passedHeaders = ['accept', 'content-type'];

export async function guardedFetch(target: Target, url: string, init: RequestInit): Promise<Response> {
  const where = new URL(target.baseUrl).host;
  const response = await send(target, where, url, init);
  if (response.status >= 300 && response.status < 400) throw redirected(where, response);
  const aborted = init.signal ?? undefined;
  if (!response.ok) throw await refusal(target, where, response, aborted);
  if (asksForStream(init.body)) return new Response(checkedStream(target, where, response, aborted), head(response));
  const text = await readAll(target, where, response, aborted);
  return new Response(checkedJson(where, text), head(response));
}

async function send(target: Target, where: string, url: string, init: RequestInit): Promise<Response> {
  const controller = new AbortController();
  const signal = init.signal ? AbortSignal.any([init.signal, controller.signal]) : controller.signal;
  const headers = await cleanHeaders(target, url, init.headers);
  // A redirect would resend the conversation, and perhaps the key, to a host that nobody chose.
  const sent = target.fetch(url, { ...init, headers, signal, redirect: 'manual' });
  try {
    return await within(target.clock, target.patience.firstByteMs, sent, () => {
      controller.abort();
      return silent(where, target.patience.firstByteMs);
    });
  } catch (error) {
    throw init.signal?.aborted ? error : connectionError(where, error);
  }
}

async function cleanHeaders(target: Target, url: string, given: RequestInit['headers']): Promise<Headers> {
  const all = new Headers(given);
  const headers = new Headers({ 'user-agent': 'ml-intern' });
  for (const name of passedHeaders) {
    const value = all.get(name);
    if (value !== null) headers.set(name, value);
  }
  const key = await target.apiKey();
  if (key && new URL(url).origin === new URL(target.baseUrl).origin) headers.set('authorization', `Bearer ${key}`);
  return headers;
}

/** The body as it comes, ended with a typed error when it stalls, breaks off or is no stream of a chat completion. */
function checkedStream(
  target: Target,
  where: string,
  response: Response,
  aborted: AbortSignal | undefined,
): ReadableStream<Uint8Array> {
  const check = new StreamCheck(where, target.model);
  const pass = async function* (): AsyncGenerator<Uint8Array> {
    for await (const bytes of pieces(target, where, response, aborted)) {
      const failure = check.take(bytes);
      if (failure) throw failure;
      yield bytes;
    }
    const failure = check.end();
    if (failure) throw failure;
  };
  return ReadableStream.from(pass());
}

async function* pieces(
  target: Target,
  where: string,
  response: Response,
  aborted: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  if (!response.body) return;
  const reader = response.body.getReader();
  let patience = target.patience.firstByteMs;
  try {
    for (;;) {
      const limit = patience;
      const { done, value } = await within(target.clock, limit, reader.read(), () => silent(where, limit));
      if (done) return;
      patience = target.patience.stallMs;
      yield value;
    }
  } catch (error) {
    throw aborted?.aborted ? error : connectionError(where, error);
  } finally {
    // Closes the connection when the answer is not wanted any more; after its end this does nothing.
    await reader.cancel().catch(() => undefined);
  }
}

async function readAll(
  target: Target,
  where: string,
  response: Response,
  aborted: AbortSignal | undefined,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of pieces(target, where, response, aborted)) text += decoder.decode(bytes, { stream: true });
  return text + decoder.decode();
}

function checkedJson(where: string, text: string): string {
  if (text.trim() === '') throw garbage(where, 'nothing');
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    throw garbage(
      where,
      text.trimStart().startsWith('<') ? 'a web page instead of an answer' : 'an answer that is no JSON',
      error,
    );
  }
}

async function refusal(
  target: Target,
  where: string,
  response: Response,
  aborted: AbortSignal | undefined,
): Promise<ModelError> {
  const body = await readAll(target, where, response, aborted);
  const { status, headers } = response;
  if (status === 401 && !(await target.apiKey()))
    return new ModelError('model-auth', `${where} asks for an API key and none is set (401).`, {
      next: `Set an API key for ${where}, then resume the run.`,
    });
  return failedAnswer({
    where,
    model: target.model,
    status,
    body,
    retryAfterMs: retryAfter(headers, target.clock.now()),
  });
}

function redirected(where: string, response: Response): ModelError {
  const to = response.headers.get('location') ?? 'another address';
  return new ModelError('model-not-found', `${where} redirects to ${to} (${response.status}), which is not followed.`, {
    next: 'If that is the endpoint you want, set it as the base URL.',
  });
}

function silent(where: string, milliseconds: number): ModelError {
  const seconds = Math.round(milliseconds / 1000);
  return failedAnswer({ where, body: `nothing came for ${seconds} s` });
}

const explanations: [RegExp, string][] = [
  [/ECONNREFUSED/, 'nothing listens there'],
  [/ENOTFOUND|EAI_AGAIN/, 'its name is not known'],
  [/CERT|SELF_SIGNED|certificate/i, 'its certificate is not trusted'],
  [/ETIMEDOUT|UND_ERR_\w*TIMEOUT/, 'it cannot be reached'],
  [/ECONNRESET|EPIPE|UND_ERR_SOCKET|terminated|socket/i, 'the connection broke'],
];

function connectionError(where: string, error: unknown): Error {
  if (error instanceof ModelError) return error;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const text = `${code} ${String(cause)}`;
  const body = explanations.find(([pattern]) => pattern.test(text))?.[1] ?? `the connection failed ${code}`.trim();
  // openai's client takes any error that speaks of a timeout for its own and drops what we say about it.
  return failedAnswer({ where, body, ...(/timed?\s?out/i.test(text) ? {} : { cause }) });
}

function asksForStream(body: unknown): boolean {
  if (typeof body !== 'string') return false;
  return /"stream"\s*:\s*true/.test(body) && (JSON.parse(body) as { stream?: unknown }).stream === true;
}

/** Lengths and encodings are those of the original bytes and do not hold for what is handed on. */
function head(response: Response): ResponseInit {
  const headers = new Headers(response.headers);
  for (const name of ['content-length', 'content-encoding', 'transfer-encoding']) headers.delete(name);
  return { status: response.status, statusText: response.statusText, headers };
}
