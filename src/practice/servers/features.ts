/** Column types in the shape of the `datasets` library, read off the rows. */
import type { Row } from './data-files';

export type Feature =
  { dtype: string; _type: 'Value' } | { feature: Feature; _type: 'List' } | { [name: string]: Feature };

export function featuresOf(rows: readonly Row[]): Record<string, Feature> {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return Object.fromEntries(names.map((name) => [name, featureOf(rows.map((row) => row[name]))]));
}

function featureOf(cells: readonly unknown[]): Feature {
  const filled = cells.filter((cell) => cell !== null && cell !== undefined);
  const first = filled[0];
  if (Array.isArray(first)) return { feature: featureOf(filled.flat()), _type: 'List' };
  if (typeof first === 'object') return featuresOf(filled as Row[]);
  return { dtype: dtypeOf(filled), _type: 'Value' };
}

function dtypeOf(cells: readonly unknown[]): string {
  if (cells.length === 0) return 'null';
  if (cells.every((cell) => typeof cell === 'boolean')) return 'bool';
  if (cells.every((cell) => Number.isInteger(cell))) return 'int64';
  return cells.every((cell) => typeof cell === 'number') ? 'float64' : 'string';
}
