/** What went wrong with the language model, as one of the `model-*` errors: from an HTTP answer, or from whatever a client library threw. */
import { isAbort, MlInternError, type ErrorReason } from './errors';

export class ModelError extends MlInternError {
  /** How long the endpoint asked to be left alone. */
  readonly retryAfterMs: number | undefined;

  constructor(
    reason: ErrorReason,
    message: string,
    options: { next: string; cause?: unknown; retryAfterMs?: number | undefined },
  ) {
    super(reason, message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

export interface FailedAnswer {
  /** The endpoint as a person knows it, e.g. its host. */
  where: string;
  model?: string;
  status?: number;
  /** The answer's text; OpenAI's and others' error envelopes are understood. */
  body: string;
  retryAfterMs?: number | undefined;
  cause?: unknown;
}

const contextWords =
  /context[ _-]?length|maximum context|context (window|size)|prompt is too long|input is too long|too many (input )?tokens|exceed_context_size/i;
const quotaWords =
  /insufficient[ _]quota|exceeded (your|the) (current quota|monthly)|credit balance|out of credits|included credits/i;
const modelWords =
  /model_not_found|model_not_supported|model .{1,80} (does not exist|not found|is not supported|not supported)/i;
const rateWords = /rate[ _]limit|too many requests/i;

export function failedAnswer(answer: FailedAnswer): ModelError {
  const { where, status, retryAfterMs, cause } = answer;
  const code = status === undefined ? '' : ` (${status})`;
  const said = detail(answer.body);
  const make = (reason: ErrorReason, message: string, next: string): ModelError =>
    new ModelError(reason, message, { next, retryAfterMs, ...(cause === undefined ? {} : { cause }) });
  const model = answer.model ? `the model ${answer.model}` : 'the model';
  if (status === 401)
    return make(
      'model-auth',
      `${where} refused the API key${code}${said}`,
      `Set a valid API key for ${where}, then resume the run.`,
    );
  if (status === 402 || quotaWords.test(answer.body))
    return make(
      'model-quota',
      `The account at ${where} has no credit left${code}${said}`,
      'Add credit or choose another endpoint, then resume the run.',
    );
  if (status === 403)
    return make(
      'model-auth',
      `${where} does not let this API key use ${model}${code}${said}`,
      'Give the key access, or choose another model, then resume the run.',
    );
  if (contextWords.test(answer.body))
    return make(
      'model-context',
      `The conversation is longer than ${model} at ${where} can take${code}${said}`,
      'Choose a model with a longer context, then resume the run.',
    );
  if (status === 404 || modelWords.test(answer.body))
    return make(
      'model-not-found',
      `${where} does not serve ${model}${code}${said}`,
      "Check the model's name and that the base URL ends just before /chat/completions (often in /v1).",
    );
  if (status === 429 || (status === undefined && rateWords.test(answer.body)))
    return make('model-rate-limit', `${where} gets too many requests${code}${said}`, waitAdvice(retryAfterMs));
  if (status !== undefined && status >= 400 && status < 500 && ![408, 409, 425].includes(status))
    return make(
      'bad-input',
      `${where} rejected the request${code}${said}`,
      `Check that ${model} supports chat with tools, or choose another model.`,
    );
  return make(
    'model-unavailable',
    `${where} failed to answer${code}${said}`,
    'Wait a moment and resume the run; if it goes on, check the endpoint.',
  );
}

/** The typed error behind anything thrown while the model was asked; undefined when it has nothing to do with the model. */
export function modelErrorFrom(error: unknown): MlInternError | undefined {
  if (isAbort(error)) return undefined;
  const chain = causes(error);
  const typed = chain.find((link): link is MlInternError => MlInternError.is(link));
  if (typed) return typed.reason === 'cancelled' ? undefined : typed;
  for (const link of chain) {
    const found = fromClient(link, error);
    if (found) return found;
  }
  return undefined;
}

const where = 'The model endpoint';
const emptyAnswer = /received empty response from chat model/i;
const brokenConnection =
  /ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|UND_ERR|fetch failed|socket hang up|^terminated$|^connection error|request timed out/i;

/** By what openai's client and LangChain throw when they were not given this product's `fetch`. */
function fromClient(link: object, cause: unknown): ModelError | undefined {
  const status = field(link, 'status');
  const message = String(field(link, 'message') ?? '');
  const body = `${message} ${String(field(link, 'code') ?? '')}`;
  if (typeof status === 'number')
    return failedAnswer({ where, status, body, cause, retryAfterMs: retryAfter(field(link, 'headers')) });
  if (emptyAnswer.test(message) || (link instanceof SyntaxError && /JSON/.test(message)))
    return garbage(where, 'an answer that is no chat completion', cause);
  if (brokenConnection.test(body)) return failedAnswer({ where, body: message, cause });
  const streamed = field(link, 'error') !== undefined && 'requestID' in link;
  return streamed || contextWords.test(message) ? failedAnswer({ where, body, cause }) : undefined;
}

export function garbage(from: string, what: string, cause?: unknown): ModelError {
  return new ModelError('model-garbage', `${from} sent ${what}.`, {
    next: 'Check that the base URL is that of an OpenAI-compatible API (often ending in /v1), then resume the run.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** `Retry-After` in milliseconds, from its two spellings and OpenAI's finer one. */
export function retryAfter(headers: unknown, now = Date.now()): number | undefined {
  const milliseconds = Number(header(headers, 'retry-after-ms') ?? Number.NaN);
  if (milliseconds >= 0) return milliseconds;
  const said = header(headers, 'retry-after');
  if (said === undefined) return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/.test(said)) return 1000 * Number(said);
  const date = Date.parse(said);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function header(headers: unknown, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const value = typeof headers === 'object' && headers !== null ? field(headers, name) : undefined;
  return typeof value === 'string' ? value : undefined;
}

function causes(error: unknown): object[] {
  const chain: object[] = [];
  for (
    let link = error;
    typeof link === 'object' && link !== null && chain.length < 8 && !chain.includes(link);
    link = field(link, 'cause')
  )
    chain.push(link);
  return chain;
}

function field(object: object, name: string): unknown {
  return (object as Record<string, unknown>)[name];
}

function waitAdvice(milliseconds: number | undefined): string {
  const seconds = milliseconds === undefined ? undefined : Math.ceil(milliseconds / 1000);
  const time = seconds === undefined ? 'a minute' : seconds === 0 ? 'a moment' : `${seconds} s`;
  return `Wait ${time}, then resume the run.`;
}

/** The endpoint's own words, short, as the rest of a sentence. */
function detail(body: string): string {
  const said = ownWords(body).replace(/\s+/g, ' ').trim();
  if (said === '') return '.';
  const short = said.length > 200 ? `${said.slice(0, 200)}…` : said;
  return `: ${short}${/[.!?…]$/.test(short) ? '' : '.'}`;
}

function ownWords(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    return messageIn(parsed) ?? '';
  } catch {
    // Plain text is said as it is; a web page says nothing to a person.
    return body.trimStart().startsWith('<') ? '' : body;
  }
}

function messageIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const name of ['error', 'message', 'detail']) {
    const found = messageIn(field(value, name));
    if (found !== undefined) return found;
  }
  return undefined;
}
