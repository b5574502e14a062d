/**
 * A model's reply as the run knows it. Servers differ where everything here depends on sameness: some number calls from zero in each reply
 * or send no ids, some repeat the ids of answers, and LangChain completes arguments that were cut off. So calls get ids of their own and
 * arguments are taken only when they are whole JSON.
 */
import { AIMessage, AIMessageChunk, type BaseMessage } from 'langchain';
import { MlInternError } from '../errors';
import type { EventData, ToolCall } from '../run/events';

export type Reply = EventData['model.replied'];
type InvalidCall = NonNullable<Reply['invalidCalls']>[number];

interface SentCall {
  id: string;
  name: string;
  /** As sent; parsed already where the server does not stream. */
  args: string | Record<string, unknown>;
  error: string;
}

/** `takenIds` are the ids of earlier calls, `freshId` makes one for the call at an index. */
export function readReply(
  message: unknown,
  asked: readonly BaseMessage[],
  takenIds: ReadonlySet<string>,
  freshId: (index: number) => string,
): Reply {
  if (!AIMessage.isInstance(message)) throw nothing();
  const { text } = message;
  const sent = sentCalls(message);
  if (text.trim() === '' && sent.length === 0) throw nothing();
  const taken = new Set(takenIds);
  const calls = sent.map((call, index) => {
    const id = call.id === '' || taken.has(call.id) ? freshId(index) : call.id;
    taken.add(id);
    return parseCall({ ...call, id });
  });
  const invalidCalls = calls.filter((call) => 'error' in call);
  // One broken call spoils its reply: the model is asked for all of them again, and nothing was run.
  const toolCalls = invalidCalls.length > 0 ? [] : calls.filter((call): call is ToolCall => !('error' in call));
  return {
    text,
    toolCalls,
    ...(invalidCalls.length === 0 ? {} : { invalidCalls }),
    ...tokensOf(message, asked, text + JSON.stringify(sent)),
  };
}

export function replyMessage({ text, toolCalls }: Pick<Reply, 'text' | 'toolCalls'>): AIMessage {
  return new AIMessage({
    content: text,
    tool_calls: toolCalls.map((call) => ({ ...call, type: 'tool_call' as const })),
  });
}

function sentCalls(message: AIMessage): SentCall[] {
  if (AIMessageChunk.isInstance(message)) return streamedCalls(message.tool_call_chunks ?? []);
  const whole = (message.tool_calls ?? []).map(({ id = '', name, args }) => ({ id, name, args, error: '' }));
  const broken = (message.invalid_tool_calls ?? []).map(({ id = '', name = '', args = '', error = '' }) => ({
    id,
    name,
    args,
    error,
  }));
  return [...whole, ...broken];
}

function streamedCalls(pieces: NonNullable<AIMessageChunk['tool_call_chunks']>): SentCall[] {
  const calls = new Map<number | string, SentCall & { args: string }>();
  for (const { index, id = '', name = '', args = '' } of pieces) {
    const key = index ?? id;
    const call = calls.get(key) ?? { id: '', name: '', args: '', error: '' };
    calls.set(key, { id: call.id || id, name: call.name || name, args: call.args + args, error: '' });
  }
  return [...calls.values()];
}

function parseCall({ id, name, args, error }: SentCall): ToolCall | InvalidCall {
  if (typeof args !== 'string') return { id, name, args };
  try {
    const parsed: unknown = JSON.parse(args.trim() === '' ? '{}' : args);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return { id, name, args: parsed as Record<string, unknown> };
    return { id, name, args, error: 'Not a JSON object.' };
  } catch (broken) {
    return { id, name, args, error: error || String(broken) };
  }
}

/** As the server counted, or about four characters a token where it does not say. */
function tokensOf(
  message: AIMessage,
  asked: readonly BaseMessage[],
  answer: string,
): Pick<Reply, 'inputTokens' | 'outputTokens'> {
  const usage = message.usage_metadata as { input_tokens: number; output_tokens: number } | undefined;
  const estimate = (characters: number) => Math.ceil(characters / 4);
  return {
    inputTokens: usage?.input_tokens ?? estimate(asked.reduce((sum, message) => sum + message.text.length, 0)),
    outputTokens: usage?.output_tokens ?? estimate(answer.length),
  };
}

function nothing(): MlInternError {
  return new MlInternError('model-garbage', 'The model answered with nothing.', {
    next: 'Resume the run to try again, or choose another model.',
  });
}
