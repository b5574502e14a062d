/** A few rows of a proposed dataset, as a person is shown them: what the mapping makes of them, bounded. */
import type { Row } from '../ports/rows';
import type { Mapping, RecipeSource } from '../run/recipe';
import type { Proposal } from '../run/types';
import type { Span } from './lint/render';
import { applyMapping } from './mapping';
import { mappingProblems } from './mapping/problems';
import type { Message, TrainingRow } from './mapping/training-row';

export interface SampleRow {
  /** What is trained on is marked; empty where the row cannot be mapped. */
  spans: Span[];
  /** Why it cannot be mapped, in words. */
  problem: string | null;
}

const mostRows = 3;
const longestRow = 8000;
const longestCell = 2000;
const longestSpan = 600;
const mostSpans = 16;

/** The rows that go with a proposal, so that it can be shown anew for another mapping: whole ones first, else with their texts cut. */
export function rowsToShow(rows: readonly Row[]): Row[] {
  return shownRows(rows).slice(0, mostRows);
}

function shownRows(rows: readonly Row[]): Row[] {
  const whole = rows.filter((row) => JSON.stringify(row).length <= longestRow);
  return whole.length > 0 ? whole : rows.map(cut);
}

function cut(row: Row): Row {
  const cells = Object.entries(row).slice(0, 20);
  return Object.fromEntries(cells.map(([name, cell]) => [name, shortCell(cell)]));
}

function shortCell(cell: unknown): unknown {
  if (typeof cell === 'string') return cell.slice(0, longestCell);
  return JSON.stringify(cell).length <= longestCell ? cell : null;
}

export function sampleRows(rows: readonly Row[], mapping: Mapping): SampleRow[] {
  return rows.slice(0, mostRows).map((row) => {
    const made = applyMapping(row, mapping);
    return 'problem' in made
      ? { spans: [], problem: mappingProblems[made.problem] }
      : { spans: boundedSpans(spansOf(made.row)), problem: null };
  });
}

function spansOf(row: TrainingRow): Span[] {
  if ('text' in row) return [trained(row.text)];
  if ('completion' in row) return [read(row.prompt), trained(row.completion)];
  if ('messages' in row) return row.messages.flatMap(turn);
  const { prompt = '', chosen, rejected } = row;
  return [
    ...part(prompt),
    read('\nPreferred:\n'),
    ...part(chosen, true),
    read('\nRejected:\n'),
    ...part(rejected, true),
  ];
}

const trained = (text: string): Span => ({ text, trained: true });
const read = (text: string): Span => ({ text, trained: false });

function part(value: string | readonly Message[], isTrained = false): Span[] {
  return typeof value === 'string' ? [{ text: value, trained: isTrained }] : value.flatMap(turn);
}

/** Without the marks of a template: they are the base model's. */
function turn({ role, content, tool_calls: calls }: Message): Span[] {
  const said = calls === undefined ? content : `${content}${JSON.stringify(calls)}`;
  return [read(`${role}: `), { text: said, trained: role === 'assistant' }, read('\n')];
}

export function boundedSpans(spans: readonly Span[]): Span[] {
  const shown = spans.filter(({ text }) => text !== '').slice(0, mostSpans);
  const half = longestSpan / 2;
  return shown.map(({ text, trained: isTrained }) => ({
    text: text.length <= longestSpan ? text : `${text.slice(0, half)} […] ${text.slice(-half)}`,
    trained: isTrained,
  }));
}

/** What a proposal's sample says now: of the use that was approved where a person changed it. */
export function sampleOf({ subject }: Proposal, edited?: RecipeSource): SampleRow[] {
  if (subject.kind !== 'dataset') return [];
  return sampleRows(subject.rows ?? [], (edited ?? subject.source).mapping);
}
