/** Rows of JSON lines, of a JSON list, and of an object with lists in it. */
import { MlInternError } from '../../core/errors';
import type { BadRow, ByteSource, Row } from '../../core/ports/rows';
import { splitOf } from '../../core/data/data-files';
import { decoded, linesOf, unpacked } from './text';

/** A list is read as a whole, so it must fit into memory. */
const largestDocument = 256 * 2 ** 20;

export async function* jsonLineRows(
  source: ByteSource,
  onBad: (bad: BadRow) => void,
  signal?: AbortSignal,
): AsyncIterable<Row> {
  let number = 0;
  for await (const line of linesOf(decoded(unpacked(source.stream(signal))))) {
    number++;
    if (line?.trim() === '') continue;
    const row = line === null ? 'it is longer than 256 MiB' : rowOf(line);
    if (typeof row === 'string') onBad({ place: `${source.name}, line ${number}`, why: row });
    else yield row;
  }
}

function rowOf(line: string): Row | string {
  try {
    return asRow(JSON.parse(line));
  } catch (error) {
    return `it is not JSON (${(error as Error).message.slice(0, 100)})`;
  }
}

function asRow(value: unknown): Row | string {
  if (value === null) return 'it is null';
  return typeof value === 'object' && !Array.isArray(value) ? (value as Row) : { value };
}

/** Many `.json` files hold a row a line; one that is no single document is read so. */
export async function* jsonDocumentRows(
  source: ByteSource,
  split: string,
  onBad: (bad: BadRow) => void,
  signal?: AbortSignal,
): AsyncIterable<Row> {
  const text = await wholeText(source, signal);
  const list = text === undefined ? undefined : listOf(text, split);
  if (list === undefined) return yield* jsonLineRows(source, onBad, signal);
  for (const [index, value] of list.entries()) {
    const row = asRow(value);
    if (typeof row === 'string') onBad({ place: `${source.name}, entry ${index + 1}`, why: row });
    else yield row;
  }
}

async function wholeText(source: ByteSource, signal?: AbortSignal): Promise<string | undefined> {
  const parts: string[] = [];
  let length = 0;
  for await (const part of decoded(unpacked(source.stream(signal)))) {
    if (length === 0 && !/^\s*[[{]/.test(part)) return undefined;
    if (length === 0 && firstLineIsRow(part)) return undefined;
    length += part.length;
    if (length > largestDocument) throw tooLarge(source.name);
    parts.push(part);
  }
  return parts.join('');
}

/** Tells JSON lines from a document early, so that a large file of lines is streamed. */
function firstLineIsRow(head: string): boolean {
  const [first = '', second] = head.trimStart().split('\n', 2);
  return second !== undefined && second.trim() !== '' && first.startsWith('{') && typeof rowOf(first) !== 'string';
}

function tooLarge(name: string): MlInternError {
  return new MlInternError('bad-input', `${name} is one JSON document of more than 256 MiB: it cannot be streamed.`, {
    next: 'Turn it into JSON lines (jq -c ".[]" FILE > FILE.jsonl) or Parquet.',
  });
}

function listOf(text: string, split: string): unknown[] | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (Array.isArray(document)) return document;
  return document !== null && typeof document === 'object' ? listInside(document as Row, split) : undefined;
}

/** `{"train": [..], "test": [..]}`, `{"version": "1", "data": [..]}`, columns of equal length, or a single row. */
function listInside(document: Row, split: string): unknown[] {
  const lists = Object.entries(document).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]));
  const ofRows = lists.filter(([, list]) => list.some((value) => value !== null && typeof value === 'object'));
  const named = ofRows.find(([name]) => name === split || splitOf(name) === split) ?? ofRows[0];
  if (lists.length >= 2 && lists.length === Object.keys(document).length && sameLength(lists)) return asColumns(lists);
  return ofRows.length === 1 || (named && namesSplits(ofRows)) ? (named?.[1] ?? []) : [document];
}

const namesSplits = (lists: readonly [string, unknown[]][]) =>
  lists.every(([name]) => /train|test|valid|dev|eval/i.test(name));

function sameLength(lists: readonly [string, unknown[]][]): boolean {
  return !namesSplits(lists) && lists.every(([, list]) => list.length === lists[0]?.[1].length);
}

function asColumns(lists: readonly [string, unknown[]][]): unknown[] {
  return (lists[0]?.[1] ?? []).map((_, index) => Object.fromEntries(lists.map(([name, list]) => [name, list[index]])));
}
