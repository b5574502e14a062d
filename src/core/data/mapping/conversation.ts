/** Turns of a conversation, however a dataset writes them, as messages. */
import type { Message, Role } from './training-row';
import { Unmapped } from './unmapped';

/** What datasets call those who speak. */
export const usualRoles: Readonly<Record<string, Role>> = {
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
};

export interface TurnKeys {
  role?: string | undefined;
  content?: string | undefined;
  roles?: Readonly<Record<string, Role>> | undefined;
}

/** A list, or JSON of one. */
export function turnsOf(value: unknown): unknown[] {
  if (value === undefined || value === null || value === '') throw new Unmapped('missing');
  const read = typeof value === 'string' ? parsed(value) : value;
  if (!Array.isArray(read)) throw new Unmapped('unreadable');
  if (read.length === 0) throw new Unmapped('missing');
  return read as unknown[];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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

function spoken(turn: unknown, keys: TurnKeys): Message {
  if (turn === null || typeof turn !== 'object' || Array.isArray(turn)) throw new Unmapped('unreadable');
  const cells = turn as Record<string, unknown>;
  const role = roleOf(cells[keys.role ?? 'role'], keys.roles);
  const content = contentOf(cells[keys.content ?? (keys.role === 'from' ? 'value' : 'content')]);
  const kept = Object.fromEntries(
    ['tool_calls', 'tool_call_id', 'name'].flatMap((key) => (cells[key] == null ? [] : [[key, cells[key]]])),
  );
  const calls = Array.isArray(kept['tool_calls']) && kept['tool_calls'].length > 0;
  if (content.trim() === '' && !calls) throw new Unmapped('empty-turn');
  return { role, content, ...kept };
}

function roleOf(name: unknown, roles: Readonly<Record<string, Role>> = usualRoles): Role {
  const known = typeof name === 'string' ? name.trim().toLowerCase() : '';
  const role = Object.hasOwn(roles, known) ? roles[known] : undefined;
  if (role === undefined) throw new Unmapped('unknown-role');
  return role;
}

/** Text, or parts of text as multimodal models take them. */
function contentOf(content: unknown): string {
  if (content === undefined || content === null) return '';
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) throw new Unmapped('not-text');
  return content.map(partText).join('\n');
}

function partText(part: unknown): string {
  if (typeof part === 'string') return part;
  const text = part !== null && typeof part === 'object' && 'text' in part ? part.text : undefined;
  if (typeof text !== 'string') throw new Unmapped('not-text');
  return text;
}
