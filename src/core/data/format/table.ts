/** What the columns of some rows hold, told by their cells: names alone mislead. */
import type { Row } from '../../ports/rows';
import { unpacked } from '../mapping/packed';

export type CellKind =
  'text' | 'number' | 'boolean' | 'turns' | 'texts' | 'pairs' | 'numbers' | 'media' | 'object' | 'list';

export interface Column {
  name: string;
  /** In lower case, words joined by `_`. */
  plain: string;
  /** What most of its filled cells are; undefined where all are empty. */
  kind: CellKind | undefined;
  /** Of the filled cells. */
  kindShare: number;
  filled: number;
  /** Lists and objects are packed in strings. */
  packed: boolean;
  /** Filled cells, unpacked. */
  values: readonly unknown[];
}

export class Table {
  readonly columns: readonly Column[];

  constructor(
    names: readonly string[],
    readonly rows: readonly Row[],
  ) {
    this.columns = names.map((name) => columnOf(name, rows));
  }

  /** The first of the names that a column with such cells has; names in the order of preference. */
  named(names: readonly string[], kinds: readonly CellKind[]): Column | undefined {
    const found = names.map((name) => this.columns.find(({ plain }) => plain === name));
    return found.find((column) => column?.kind !== undefined && kinds.includes(column.kind));
  }

  has(names: readonly string[]): Column | undefined {
    return this.columns.find(({ plain }) => names.includes(plain));
  }
}

/** Beyond this, packed cells of a column are not read: the rest of its cells tell enough. */
const mostCharacters = 16_000_000;

function columnOf(name: string, rows: readonly Row[]): Column {
  const cells = rows.map((row) => row[name]).filter((cell) => !isBlank(cell));
  let left = mostCharacters;
  const values = cells.map((cell) => {
    if (typeof cell !== 'string' || cell.length > left) return cell;
    left -= cell.length;
    return unpacked(cell) ?? cell;
  });
  const counts = new Map<CellKind, number>();
  for (const value of values) counts.set(kindOf(value), (counts.get(kindOf(value)) ?? 0) + 1);
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return {
    name,
    plain: name
      .replace(/^\uFEFF/, '')
      .trim()
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_'),
    kind: most?.[0],
    kindShare: most === undefined ? 0 : most[1] / cells.length,
    filled: cells.length,
    packed: values.some((value, at) => typeof value !== 'string' && typeof cells[at] === 'string'),
    values,
  };
}

function isBlank(cell: unknown): boolean {
  if (cell === undefined || cell === null) return true;
  return typeof cell === 'string' ? !/\S/.test(cell) : Array.isArray(cell) && cell.length === 0;
}

function kindOf(value: unknown): CellKind {
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number' || typeof value === 'bigint') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  return Array.isArray(value) ? listKind(value) : isMedia(value) ? 'media' : 'object';
}

function listKind(list: readonly unknown[]): CellKind {
  if (list.every((each) => typeof each === 'string')) return isTurn(unpacked(list[0] ?? '')) ? 'turns' : 'texts';
  if (list.every((each) => typeof each === 'number')) return 'numbers';
  if (list.every(isTextPair)) return 'pairs';
  if (list.every(isMedia)) return 'media';
  return list.some(isTurn) ? 'turns' : 'list';
}

function isTextPair(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === 'string');
}

function isMedia(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return false;
  return 'bytes' in value || ('src' in value && ('height' in value || 'type' in value));
}

export const roleKeys = ['role', 'from', 'speaker', 'author', 'sender'] as const;
export const contentKeys = ['content', 'value', 'text', 'message', 'utterance'] as const;

export function isTurn(value: unknown): value is Record<string, unknown> {
  if (value === null || typeof value !== 'object') return false;
  const says = contentKeys.some((key) => key in value) || 'tool_calls' in value;
  return says && roleKeys.some((key) => key in value);
}

export function texts(column: Column): string[] {
  return column.values.filter((value) => typeof value === 'string');
}

/** Few different short values: names of classes. */
export function isLabel(column: Column): boolean {
  if (column.kind === 'boolean') return true;
  if (column.kind === 'number') return new Set(column.values).size <= Math.max(2, Math.min(20, column.filled / 2));
  const values = texts(column);
  if (values.length < column.filled || values.some((value) => value.length > 30)) return false;
  return new Set(values).size <= Math.max(2, column.filled / 3);
}

export function meanLength(column: Column): number {
  const lengths = texts(column).map((text) => text.length);
  return lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length);
}
