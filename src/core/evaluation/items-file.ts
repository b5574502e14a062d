/** Reads per-item results: ours (items.jsonl), and the samples that lm-evaluation-harness logs (samples_*.jsonl). */
import { MlInternError } from '../errors';
import type { ItemResult } from '../run/types';
import { isHarnessSample, readSample, sampleFilter } from './harness-sample';
import { gradeIn, idIn, shown, type Fail, type Row } from './result-cells';

export interface ReadItems {
  items: ItemResult[];
  /** What a reader should know, e.g. which of several filters was read. */
  remarks: string[];
}

export interface ReadChoices {
  /** Of the harness: which of the ways in which it read the answers. */
  filter?: string | undefined;
  /** Of the harness: which of its metrics. */
  metric?: string | undefined;
}

/** `name` is what the file is called in messages. Throws `bad-input` with the number of the line. */
export function parseItemsFile(text: string, name: string, choices: ReadChoices = {}): ReadItems {
  const rows = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .flatMap((line, index) => (line.trim() === '' ? [] : [{ row: parseRow(line, index + 1, name), at: index + 1 }]));
  const filters = [...new Set(rows.flatMap(({ row }) => sampleFilter(row) ?? []))];
  const filter = choices.filter ?? filters[0];
  if (choices.filter !== undefined && !filters.includes(choices.filter)) throw noFilter(name, choices.filter, filters);
  const wanted = rows.filter(({ row }) => (sampleFilter(row) ?? filter) === filter);
  if (wanted.length === 0) throw bad(`${name} holds no items.`, 'Give a file with one result a line.');
  const seen = new Map<string, number>();
  const items = wanted.map(({ row, at }) => {
    const fail: Fail = (what) => bad(`${name}, line ${at}: ${what}.`, shape);
    const item = isHarnessSample(row) ? readSample(row, choices.metric, fail) : readOwn(row, fail);
    checkOnce(seen, `${item.id}\n${repeatOf(row)}`, item.id, at, fail);
    return item;
  });
  return { items, remarks: filterRemark(name, filter, filters, choices) };
}

const shape =
  'Each line is one result: {"id": "...", "correct": true, "valid": true}, or a sample of lm-evaluation-harness.';

function parseRow(line: string, at: number, name: string): Row {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    const isNumber = /:\s*-?(NaN|Infinity)\b/.exec(line);
    const what = isNumber ? `${isNumber[1] ?? ''} is no score` : 'this is not JSON';
    throw bad(`${name}, line ${at}: ${what}.`, isNumber ? 'Leave the item out, or count it as wrong.' : shape);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw bad(`${name}, line ${at}: this is no JSON object.`, shape);
  return value as Row;
}

function readOwn(row: Row, fail: Fail): ItemResult {
  const score = row['score'] === null ? null : gradeIn(row['score'], '"score"', fail);
  const correct = row['correct'] ?? (score === undefined ? undefined : score !== null && score >= 0.5);
  if (typeof correct !== 'boolean') {
    throw fail(
      row['correct'] === undefined
        ? '"correct" is missing'
        : `"correct" is ${shown(row['correct'])}, not true or false`,
    );
  }
  const answer = row['answer'];
  return {
    ...{ id: idIn(row['id'], '"id"', fail), answer: typeof answer === 'string' ? answer : null, correct },
    ...{ valid: flagIn(row, 'valid', true, fail), truncated: flagIn(row, 'truncated', false, fail) },
    tokens: countIn(row['tokens'], fail),
    ...(score === undefined ? {} : { score }),
  };
}

function flagIn(row: Row, name: string, missing: boolean, fail: Fail): boolean {
  const value = row[name] ?? missing;
  if (typeof value !== 'boolean') throw fail(`"${name}" is ${shown(value)}, not true or false`);
  return value;
}

function countIn(value: unknown, fail: Fail): number {
  if (value === undefined || value === null) return 0;
  if (typeof value !== 'number' || !(value >= 0)) throw fail(`"tokens" is ${shown(value)}, not a number`);
  return value;
}

/** An item may be asked several times, as long as its answers can be told apart. */
function repeatOf(row: Row): string {
  return ['seed', 'epoch', 'repeat'].map((key) => JSON.stringify(row[key] ?? null)).join();
}

function checkOnce(seen: Map<string, number>, key: string, id: string, at: number, fail: Fail): void {
  const earlier = seen.get(key);
  if (earlier !== undefined) {
    throw fail(
      `item ${shown(id)} was answered in line ${earlier} already; several answers to an item need a "seed" each`,
    );
  }
  seen.set(key, at);
}

function filterRemark(name: string, filter: string | undefined, filters: string[], choices: ReadChoices): string[] {
  if (filters.length < 2 || choices.filter !== undefined) return [];
  return [`${name} holds the filters ${filters.join(', ')}; read: ${filter ?? ''} (choose with --filter).`];
}

function noFilter(name: string, wanted: string, filters: readonly string[]): MlInternError {
  const held = filters.length === 0 ? 'no filters' : `the filters ${filters.join(', ')}`;
  return bad(`${name} has no filter ${wanted}: it holds ${held}.`, 'Name one of those, or leave --filter out.');
}

function bad(message: string, next: string): MlInternError {
  return new MlInternError('bad-input', message, { next });
}
