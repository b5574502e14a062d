/** A teacher behind an OpenAI-compatible API. */
import { z } from 'zod';
import { garbage } from '../../core/model-errors';
import type { Teacher, TeacherReply, TeacherRequest } from '../../core/ports/teacher';
import { OpenAiEndpoint, type OpenAiEndpointOptions } from './endpoint';

const answerSchema = z.object({
  model: z.string().optional(),
  choices: z
    .array(z.object({ message: z.object({ content: z.string().nullish() }), finish_reason: z.string().nullish() }))
    .min(1),
  usage: z.object({ prompt_tokens: z.number().nullish(), completion_tokens: z.number().nullish() }).nullish(),
});

export class OpenAiTeacher implements Teacher {
  private readonly endpoint: OpenAiEndpoint;

  constructor(
    options: OpenAiEndpointOptions,
    private readonly onClose: () => Promise<void> = () => Promise.resolve(),
  ) {
    this.endpoint = new OpenAiEndpoint(options);
  }

  async ask(
    { system, user, maxTokens, temperature, seed }: TeacherRequest,
    signal: AbortSignal,
  ): Promise<TeacherReply> {
    const { baseUrl, model } = this.endpoint;
    const messages = [
      { role: 'system', content: system },
      { role: 'user', content: user },
    ];
    const response = await this.endpoint.fetch(`${baseUrl}/chat/completions`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json', accept: 'application/json' }, signal },
      body: JSON.stringify({ model, messages, max_tokens: maxTokens, temperature, seed }),
    });
    const parsed = answerSchema.safeParse(await response.json());
    const [choice] = parsed.data?.choices ?? [];
    if (!choice) throw garbage(new URL(baseUrl).host, 'an answer that is no chat completion');
    const text = choice.message.content ?? '';
    const usage = parsed.data?.usage;
    const estimated = usage?.prompt_tokens == null || usage.completion_tokens == null;
    return {
      text,
      inputTokens: usage?.prompt_tokens ?? Math.ceil((system.length + user.length) / 4),
      outputTokens: usage?.completion_tokens ?? Math.ceil(text.length / 4),
      estimated,
      model: parsed.data?.model ?? model,
      cut: choice.finish_reason === 'length',
    };
  }

  close(): Promise<void> {
    return this.onClose();
  }
}
