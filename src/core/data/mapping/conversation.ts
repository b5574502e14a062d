/** Turns of a conversation, however a dataset writes them, as messages. */
import { unpacked } from './packed';
import { toolCallOf, toolCallsOf } from './tool-calls';
import type { Message, Role } from './training-row';
import { textOf } from './template';
import { Unmapped } from './unmapped';

/** `tool-call` is a turn of the assistant that is a call written as JSON. */
export type TurnRole = Role | 'tool-call';

/** What datasets call those who speak. */
export const usualRoles: Readonly<Record<string, TurnRole>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  human: 'user',
  prompter: 'user',
  instruction: 'user',
  assistant: 'assistant',
  gpt: 'assistant',
  chatgpt: 'assistant',
  'gpt-4': 'assistant',
  bing: 'assistant',
  bard: 'assistant',
  bot: 'assistant',
  model: 'assistant',
  ai: 'assistant',
  tool: 'tool',
  function: 'tool',
  observation: 'tool',
  function_response: 'tool',
  tool_response: 'tool',
  ipython: 'tool',
  function_call: 'tool-call',
  tool_call: 'tool-call',
};

export interface TurnKeys {
  role?: string | undefined;
  content?: string | undefined;
  roles?: Readonly<Record<string, TurnRole>> | undefined;
}

/** A list, or a string that holds one, as JSON or as Python prints it. */
export function turnsOf(value: unknown): unknown[] {
  if (value === undefined || value === null || value === '') throw new Unmapped('missing');
  const read = typeof value === 'string' ? unpacked(value) : value;
  if (!Array.isArray(read)) throw new Unmapped('unreadable');
  if (read.length === 0) throw new Unmapped('missing');
  return read as unknown[];
}

export function conversation(turns: readonly unknown[], keys: TurnKeys): Message[] {
  if (keys.role !== undefined) return turns.map((turn) => spoken(turn, keys));
  // Pairs of question and answer, or one after the other: the user begins.
  return turns.flat().map((text, index) => said(index % 2 === 0 ? 'user' : 'assistant', text));
}

function said(role: Role, text: unknown): Message {
  if (typeof text !== 'string') throw new Unmapped(text === null ? 'empty-turn' : 'unreadable');
  if (text.trim() === '') throw new Unmapped('empty-turn');
  return { role, content: text };
}

function spoken(given: unknown, keys: TurnKeys): Message {
  const turn = typeof given === 'string' ? unpacked(given) : given;
  if (turn === undefined || turn === null || typeof turn !== 'object' || Array.isArray(turn))
    throw new Unmapped('unreadable');
  const cells = turn as Record<string, unknown>;
  const role = roleOf(cells[keys.role ?? 'role'], keys.roles);
  const said = cells[keys.content ?? (keys.role === 'from' ? 'value' : 'content')];
  if (role === 'tool-call') return { role: 'assistant', content: '', tool_calls: [toolCallOf(said)] };
  const content = contentOf(said);
  const kept = Object.fromEntries(
    ['tool_call_id', 'name', 'reasoning_content', 'thinking'].flatMap((key) =>
      cells[key] == null ? [] : [[key, cells[key]]],
    ),
  );
  const calls = toolCallsOf(cells['tool_calls']);
  if (content.trim() === '' && calls.length === 0) throw new Unmapped('empty-turn');
  return { role, content, ...kept, ...(calls.length === 0 ? {} : { tool_calls: calls }) };
}

function roleOf(name: unknown, roles: Readonly<Record<string, TurnRole>> = usualRoles): TurnRole {
  const known = typeof name === 'string' ? name.trim().toLowerCase() : '';
  const role = Object.hasOwn(roles, known) ? roles[known] : undefined;
  if (role === undefined) throw new Unmapped('unknown-role');
  return role;
}

/** Text, or parts of text as multimodal models take them. */
function contentOf(content: unknown): string {
  if (content === undefined || content === null) return '';
  if (typeof content === 'string') return content;
  if (typeof content === 'number') return textOf(content);
  if (!Array.isArray(content)) throw new Unmapped('not-text');
  return content.map(partText).join('\n');
}

function partText(part: unknown): string {
  if (typeof part === 'string') return part;
  const text = part !== null && typeof part === 'object' && 'text' in part ? part.text : undefined;
  if (typeof text !== 'string') throw new Unmapped('not-text');
  return text;
}
