/** The recipe table for people and other programs: Markdown for reports, CSV for a sheet, JSON as it stands. */
import { markdownLine, markdownTable } from '../run/report-text';
import type { RecipeCell, RecipeRow } from '../run/types';

const heads = ['result', 'base model', 'data', 'method', 'hyperparameters', 'paper'];

/** One line a row; the quotes follow below, numbered by row. */
export function recipeMarkdown(rows: readonly RecipeRow[]): string {
  if (rows.length === 0) return '';
  const lines = rows.map((row) => [...columnsOf(row), paperOf(row)].map(markdownLine));
  const quotes = rows.map(
    (row, index) => `${index + 1}. ${markdownLine(paperOf(row))}\n${cellsOf(row).map(quoted).join('\n')}`,
  );
  return [markdownTable(heads, lines), '', ...quotes].join('\n');
}

/** One line a quoted value (RFC 4180), so that every quote stays beside what it supports. */
export function recipeCsv(rows: readonly RecipeRow[]): string {
  const head = ['row', 'paper', 'title', 'url', 'field', 'name', 'value', 'quote', 'place'];
  const lines = rows.flatMap(({ id, paper, ...row }) =>
    cellsOf(row).map(({ field, name, value, quote, place }) =>
      [id, paper.id, paper.title, paper.url, field, name, value, quote, place].map(csvField).join(','),
    ),
  );
  return [head.join(','), ...lines].map((line) => `${line}\r\n`).join('');
}

export type RecipeField = 'result' | 'base model' | 'data' | 'method' | 'hyperparameter';

export interface NamedCell extends RecipeCell {
  field: RecipeField;
  /** Of a hyperparameter; else empty. */
  name: string;
}

/** Everything that a row says, the result first. */
export function cellsOf(row: Omit<RecipeRow, 'id' | 'paper'>): NamedCell[] {
  const named = (field: RecipeField, cells: readonly (RecipeCell | null)[]): NamedCell[] =>
    cells.flatMap((cell) => (cell === null ? [] : [{ ...cell, field, name: '' }]));
  return [
    ...named('result', [row.result]),
    ...named('base model', [row.baseModel]),
    ...named('data', row.data),
    ...named('method', [row.method]),
    ...row.hyperparameters.map((cell): NamedCell => ({ ...cell, field: 'hyperparameter' })),
  ];
}

/** The texts of the table's columns but the last; what is not known is a dash. */
export function columnsOf({ result, baseModel, data, method, hyperparameters }: RecipeRow): string[] {
  const settings = hyperparameters.map(({ name, value }) => `${name} ${value}`);
  return [
    result.value,
    baseModel?.value ?? '–',
    data.map(({ value }) => value).join('; ') || '–',
    method?.value ?? '–',
    settings.join('; ') || '–',
  ];
}

function paperOf({ paper }: RecipeRow): string {
  return `${paper.title} (${paper.id})`;
}

function quoted({ field, name, quote, place }: NamedCell): string {
  return `   - ${name === '' ? field : markdownLine(name)}: “${markdownLine(quote)}” (${markdownLine(place)})`;
}

/** A sheet must not run text from outside as a formula. */
function csvField(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const safe = /^[=+@\t\r-]/.test(line) && Number.isNaN(Number(line)) ? `'${line}` : line;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
