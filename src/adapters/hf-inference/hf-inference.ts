/** A teacher through Hugging Face Inference Providers: one token for many hosts, billed to the person or an organisation. */
import { InferenceClient, type InferenceProviderOrPolicy } from '@huggingface/inference';
import { failedAnswer, garbage, retryAfter } from '../../core/model-errors';
import type { Clock } from '../../core/ports/common';
import type { Teacher, TeacherReply, TeacherRequest } from '../../core/ports/teacher';

export interface HfInferenceOptions {
  model: string;
  /** One of the client's providers; absent: the first of the person's own order that serves the model. */
  provider?: string | undefined;
  billTo?: string | undefined;
  /** A dedicated endpoint, or a stand-in; absent: the router. */
  endpointUrl?: string | undefined;
  token: () => Promise<string | undefined>;
  clock: Clock;
  timeoutMs?: number;
  fetch?: typeof globalThis.fetch;
}

const where = 'Hugging Face Inference';

export class HfInferenceTeacher implements Teacher {
  constructor(private readonly options: HfInferenceOptions) {}

  async ask(request: TeacherRequest, signal: AbortSignal): Promise<TeacherReply> {
    const { model, provider, billTo, endpointUrl, token, timeoutMs = 180_000 } = this.options;
    const client = new InferenceClient((await token()) ?? '', {
      ...(endpointUrl === undefined ? {} : { endpointUrl }),
    });
    const { system, user, maxTokens, temperature, seed } = request;
    const answer = await this.asked(() =>
      client.chatCompletion(
        {
          ...{ model, max_tokens: maxTokens, temperature, seed },
          messages: [
            { role: 'system', content: system },
            { role: 'user', content: user },
          ],
          ...(provider === undefined ? {} : { provider: provider as InferenceProviderOrPolicy }),
        },
        {
          ...{ signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]), retry_on_error: false },
          fetch: this.checked,
          ...(billTo === undefined ? {} : { billTo }),
        },
      ),
    ).catch((error: unknown) => {
      signal.throwIfAborted();
      throw error;
    });
    const choice = answer.choices?.[0];
    if (!choice) throw garbage(where, 'an answer that is no chat completion');
    const text = choice.message.content ?? '';
    const { prompt_tokens: input, completion_tokens: output } = answer.usage ?? {};
    return {
      ...{ text, model: answer.model ?? model, cut: choice.finish_reason === 'length' },
      inputTokens: input ?? Math.ceil((system.length + user.length) / 4),
      outputTokens: output ?? Math.ceil(text.length / 4),
      estimated: input === undefined || output === undefined,
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** The client's own errors lose `Retry-After`: what the server said is looked at before the client sees it. */
  private readonly checked: typeof globalThis.fetch = async (input, init) => {
    const response = await (this.options.fetch ?? globalThis.fetch)(input, init);
    if (response.ok) return response;
    throw failedAnswer({
      ...{ where, model: this.options.model, status: response.status, body: await response.text() },
      retryAfterMs: retryAfter(response.headers, this.options.clock.now()),
    });
  };

  private async asked<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw typed(error, this.options.model);
    }
  }
}

function typed(error: unknown, model: string): unknown {
  if (!(error instanceof Error) || error.name === 'MlInternError') return error;
  if (error.name === 'AbortError') return error;
  const status = /\b(40[0-9]|429|5\d\d)\b/.exec(error.message)?.[1];
  return failedAnswer({
    ...{ where, model, body: error.name === 'TimeoutError' ? 'it took too long' : error.message, cause: error },
    ...(status === undefined ? {} : { status: Number(status) }),
  });
}
