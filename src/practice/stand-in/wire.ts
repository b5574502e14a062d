/** Replies in OpenAI's shapes: one object, or the pieces of a stream. */
import { randomUUID } from 'node:crypto';
import type { Reply } from './chat';

export const modelName = 'practice-stand-in';
/** Said in every answer: the numbers below are no tokenizer's. */
const fingerprint = 'practice-stand-in; token counts are estimated as characters / 4';
const charactersPerToken = 4;

export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
}

interface WireCall {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
}

export function estimateUsage(promptCharacters: number, reply: Reply): Usage {
  const written = reply.text.length + JSON.stringify(reply.toolCalls).length;
  const prompt = Math.ceil(promptCharacters / charactersPerToken);
  const completion = Math.ceil(written / charactersPerToken);
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

export function modelList(): object {
  return { object: 'list', data: [{ id: modelName, object: 'model', created: 1767225600, owned_by: 'practice' }] };
}

export function completion(reply: Reply, usage: Usage, model = modelName): object {
  const calls = wireCalls(reply);
  const message = { role: 'assistant', content: reply.text, ...(calls.length > 0 ? { tool_calls: calls } : {}) };
  return {
    ...envelope('chat.completion', newId(), model),
    choices: [{ index: 0, message, finish_reason: finishReason(reply) }],
    usage,
  };
}

/** The stream's events in order, without the closing `[DONE]`. */
export function* chunks(reply: Reply, usage: Usage | null): Generator<object> {
  const head = envelope('chat.completion.chunk', newId());
  const delta = (part: object, finish: string | null = null): object => ({
    ...head,
    choices: [{ index: 0, delta: part, finish_reason: finish }],
  });
  yield delta({ role: 'assistant', content: '' });
  for (const word of reply.text.match(/\s*\S+\s*/g) ?? []) yield delta({ content: word });
  for (const [index, call] of wireCalls(reply).entries()) {
    yield delta({ tool_calls: [{ index, ...call, function: { name: call.function.name, arguments: '' } }] });
    for (const piece of pieces(call.function.arguments))
      yield delta({ tool_calls: [{ index, function: { arguments: piece } }] });
  }
  yield delta({}, finishReason(reply));
  if (usage) yield { ...head, choices: [], usage };
}

function wireCalls(reply: Reply): WireCall[] {
  return reply.toolCalls.map((call) => ({
    id: `call_${randomUUID().replaceAll('-', '').slice(0, 20)}`,
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.args) },
  }));
}

function envelope(object: string, id: string, model = modelName): object {
  return { id, object, created: Math.floor(Date.now() / 1000), model, system_fingerprint: fingerprint };
}

function newId(): string {
  return `chatcmpl-${randomUUID()}`;
}

function finishReason(reply: Reply): string {
  return reply.toolCalls.length > 0 ? 'tool_calls' : 'stop';
}

function pieces(text: string): string[] {
  return text.match(/[\s\S]{1,200}/g) ?? [];
}
