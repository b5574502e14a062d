/** Conversations: lists of turns, of pairs, or of texts that alternate, also packed in strings. */
import { usualRoles } from '../mapping/conversation';
import { unpacked } from '../mapping/packed';
import { preferencePairs, names } from './names';
import type { Candidate } from './candidate';
import { contentKeys, isTurn, roleKeys, type Column, type Table } from './table';

const answerNames: readonly string[] = preferencePairs.flat();

export function chat(table: Table): Candidate[] {
  const sides = new Set(answerNames);
  return table.columns
    .filter(({ plain }) => !sides.has(plain))
    .flatMap((column) => candidatesOf(column, table))
    .sort((a, b) => b.base - a.base);
}

function candidatesOf(column: Column, table: Table): Candidate[] {
  const named = (names.chat as readonly string[]).includes(column.plain);
  if (column.kind === 'turns') return [ofTurns(column, table, named)];
  if (column.kind === 'pairs') return [nested(column, named ? 0.9 : 0.6, [])];
  if (column.kind === 'texts' && named) return [nested(column, 0.75, alternationProblems)];
  return column.kind === 'list' && named ? sideBySide(column) : [];
}

const alternationProblems = ['Who speaks is not written: it is taken that turns alternate and the user begins.'];

function nested(column: Column, base: number, problems: string[]): Candidate {
  return { format: 'nested-lists', mapping: { to: 'messages', turns: column.name }, base, problems };
}

/** `[{"question": ..., "answer": ...}, ...]`. */
function sideBySide(column: Column): Candidate[] {
  const first = column.values.flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : []))[0];
  const keys = first !== null && typeof first === 'object' ? Object.keys(first) : [];
  const spoken = keys.filter(
    (key) => key.toLowerCase() in usualRoles || /^(question|answer|prompt|response)$/i.test(key),
  );
  if (spoken.length < 2) return [];
  const problem = `A turn of ${column.name} holds both sides (${spoken.join(', ')}): no mapping can part them; write one message a turn.`;
  return [{ format: 'nested-lists', mapping: null, base: 0.5, problems: [problem] }];
}

function ofTurns(column: Column, table: Table, named: boolean): Candidate {
  const turns = column.values.flatMap(turnsIn);
  const role = mostly(turns, roleKeys) ?? 'role';
  const content = mostly(turns, contentKeys) ?? 'content';
  const [system, tools] = [table.named(names.system, ['text']), toolsColumn(table)];
  const format = role === 'from' && content === 'value' ? 'sharegpt' : 'messages';
  return {
    format,
    mapping: {
      ...{ to: 'messages', turns: column.name, role, content },
      ...(system === undefined ? {} : { system: system.name }),
      ...(tools === undefined ? {} : { tools: tools.name }),
    },
    base: (named ? 0.98 : 0.85) * (role === 'role' || role === 'from' ? 1 : 0.85),
    problems: [...roleProblems(turns, role), ...packedProblem(column)],
  };
}

function turnsIn(value: unknown): Record<string, unknown>[] {
  if (!Array.isArray(value)) return [];
  return value.map((turn) => (typeof turn === 'string' ? unpacked(turn) : (turn as unknown))).filter(isTurn);
}

function mostly<K extends string>(turns: readonly Record<string, unknown>[], keys: readonly K[]): K | undefined {
  const counted = keys.map((key) => ({ key, count: turns.filter((turn) => key in turn).length }));
  const [most] = counted.sort((a, b) => b.count - a.count);
  return most !== undefined && most.count > 0 ? most.key : undefined;
}

function roleProblems(turns: readonly Record<string, unknown>[], role: string): string[] {
  const used = new Set(turns.map((turn) => (typeof turn[role] === 'string' ? turn[role].trim().toLowerCase() : '')));
  const strange = [...used].filter((name) => !Object.hasOwn(usualRoles, name)).slice(0, 5);
  if (strange.length === 0) return [];
  const quoted = strange.map((name) => `“${name.slice(0, 30)}”`).join(', ');
  return [`It cannot be told who speaks as ${quoted}: name each in the mapping's roles.`];
}

function packedProblem({ packed, name }: Column): string[] {
  return packed ? [`The conversations of ${name} are packed in strings; the mapping reads them.`] : [];
}

function toolsColumn(table: Table): Column | undefined {
  const column = table.has(names.tools);
  return column?.kind === 'list' || column?.kind === 'turns' || column?.kind === 'texts' ? column : undefined;
}
