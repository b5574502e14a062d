/** A language model behind an OpenAI-compatible API. */
import type { ModelEndpoint } from '../../core/ports/model';
import { MlInternError } from '../../core/errors';
import { modelErrorFrom } from '../../core/model-errors';
import type { Clock } from '../../core/ports/common';
import { guardedFetch, type Target } from './guarded-fetch';
import { usualPatience, type Patience } from './patience';

export interface OpenAiEndpointOptions {
  /** Up to and without `/chat/completions`, e.g. `https://router.huggingface.co/v1`. */
  baseUrl: string;
  model: string;
  /** Asked for at each request, so that a key can be changed while a run goes on. */
  apiKey?: () => Promise<string | undefined>;
  patience?: Partial<Patience>;
  clock: Clock;
  fetch?: typeof globalThis.fetch;
}

export class OpenAiEndpoint implements ModelEndpoint {
  readonly baseUrl: string;
  readonly model: string;
  readonly fetch: typeof globalThis.fetch;
  readonly #target: Target;

  constructor(options: OpenAiEndpointOptions) {
    this.baseUrl = checkedUrl(options.baseUrl);
    this.model = options.model;
    this.#target = {
      baseUrl: this.baseUrl,
      model: options.model,
      apiKey: options.apiKey ?? (() => Promise.resolve(undefined)),
      patience: { ...usualPatience, ...options.patience },
      clock: options.clock,
      fetch: options.fetch ?? globalThis.fetch,
    };
    this.fetch = (input, init) => guardedFetch(this.#target, addressOf(input), init ?? {});
  }

  apiKey(): Promise<string | undefined> {
    return this.#target.apiKey();
  }

  classify(error: unknown): unknown {
    return modelErrorFrom(error) ?? error;
  }

  async probe(signal?: AbortSignal): Promise<void> {
    const known = await this.#listedModels(signal);
    if (known?.includes(this.model)) return;
    // Some servers list nothing, and some take names that they do not list (aliases, `org/model:provider`).
    await this.#askForOneToken(signal);
  }

  /** Null when the endpoint has no list. */
  async #listedModels(signal: AbortSignal | undefined): Promise<string[] | null> {
    try {
      const response = await this.fetch(`${this.baseUrl}/models`, { ...(signal ? { signal } : {}) });
      const answer = (await response.json()) as { data?: { id?: string }[] } | null;
      return Array.isArray(answer?.data) ? answer.data.flatMap((model) => model.id ?? []) : null;
    } catch (error) {
      if (MlInternError.is(error, 'model-not-found')) return null;
      throw error;
    }
  }

  async #askForOneToken(signal: AbortSignal | undefined): Promise<void> {
    const body = { model: this.model, messages: [{ role: 'user', content: 'Hello' }], max_tokens: 1 };
    await this.fetch(`${this.baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
      ...(signal ? { signal } : {}),
    });
  }
}

function addressOf(input: string | URL | Request): string {
  if (typeof input === 'string') return input;
  return input instanceof URL ? input.href : input.url;
}

function checkedUrl(given: string): string {
  const trimmed = given.trim().replace(/\/+(chat\/completions\/*)?$/, '');
  if (URL.canParse(trimmed) && /^https?:/.test(trimmed)) return trimmed;
  throw new MlInternError('bad-input', `"${given}" is no web address of a model endpoint.`, {
    next: 'Give the base URL of an OpenAI-compatible API, e.g. http://localhost:8000/v1.',
  });
}
