/** What the stand-in knows: read from the conversation it is sent, every time anew, and from nothing else. */
import { messageText, type ChatMessage } from './chat';
import { number, parseObject, readAnswer, record, text, type Facts, type ToolAnswer } from './facts';

export interface PastCall {
  id: string;
  name: string;
  args: Facts;
  /** Null while the call has no answer. */
  answer: ToolAnswer | null;
  /** Place in the conversation, to tell what came first. */
  at: number;
}

export interface Feedback {
  text: string;
  at: number;
}

export interface Memory {
  goal: string;
  /** System prompt and standing instructions. */
  briefing: string;
  feedback: Feedback[];
  calls: PastCall[];
  minutesLeft: number | null;
  experimentsLeft: number | null;
}

export function readMemory(messages: readonly ChatMessage[]): Memory {
  const calls = readCalls(messages);
  const users = messages.flatMap((message, at) =>
    message.role === 'user' ? [{ text: messageText(message), at }] : [],
  );
  const goal = users.find((user) => /^\s*goal\s*:/i.test(user.text)) ?? users[0];
  const briefing = messages.filter((message) => message.role === 'system' || message.role === 'developer');
  const standing = users.filter((user) => /^\s*standing instructions/i.test(user.text));
  return {
    goal: (goal?.text ?? '').replace(/^\s*goal\s*:\s*/i, ''),
    briefing: [...briefing.map(messageText), ...standing.map((user) => user.text)].join('\n'),
    feedback: users
      .filter((user) => /^\s*feedback\s*:/i.test(user.text))
      .map((user) => ({ text: user.text.replace(/^\s*feedback\s*:\s*/i, ''), at: user.at })),
    calls,
    minutesLeft: latestBudget(calls, 'minutesLeft'),
    experimentsLeft: latestBudget(calls, 'experimentsLeft'),
  };
}

function readCalls(messages: readonly ChatMessage[]): PastCall[] {
  const answers = new Map(
    messages
      .filter((message) => message.role === 'tool')
      .map((message) => [message.tool_call_id ?? '', readAnswer(messageText(message))] as const),
  );
  return messages.flatMap((message, at) =>
    (message.tool_calls ?? []).map((call) => ({
      id: call.id,
      name: call.function.name,
      args: parseObject(call.function.arguments || '{}') ?? {},
      answer: answers.get(call.id) ?? null,
      at,
    })),
  );
}

function latestBudget(calls: readonly PastCall[], key: string): number | null {
  return calls.reduce<number | null>((latest, call) => {
    const value = number(record(call.answer?.facts.budget)?.[key]);
    return value ?? latest;
  }, null);
}

export function callsTo(memory: Memory, name: string): PastCall[] {
  return memory.calls.filter((call) => call.name === name);
}

/** Calls that did what they were asked to. A cleared answer counts: what the tool did has not been undone. */
export function done(memory: Memory, name: string): PastCall[] {
  return callsTo(memory, name).filter((call) => call.answer !== null && call.answer.error === null);
}

export function argument(call: PastCall, name: string): string | null {
  return text(call.args[name]);
}

export function sameCall(call: PastCall, name: string, args: Facts): boolean {
  return call.name === name && canonical(call.args) === canonical(args);
}

function canonical(args: Facts): string {
  return JSON.stringify(args, (_key, value: unknown) => {
    const object = record(value);
    return object ? Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1))) : value;
  });
}
