/** A column's type in a few words, from the viewer's feature types or from the cells themselves. */

import type { DatasetColumn, Row } from '../ports/rows';

export function columnType(feature: unknown): string {
  if (Array.isArray(feature)) return `list<${columnType(feature[0])}>`;
  if (feature === null || typeof feature !== 'object') return 'unknown';
  const { _type: kind, dtype, names, feature: inner } = feature as Record<string, unknown>;
  if (kind === 'Value') return String(dtype);
  if (kind === 'ClassLabel') return `class<${Array.isArray(names) ? names.join(', ') : ''}>`;
  if (kind === 'List' || kind === 'LargeList' || kind === 'Sequence') return `list<${columnType(inner)}>`;
  if (typeof kind === 'string') return kind.toLowerCase();
  const members = Object.entries(feature).map(([name, type]) => `${name}: ${columnType(type)}`);
  return `struct<${members.join(', ')}>`;
}

/** Of rows that do not name them. */
export function columnsOfRows(rows: readonly Row[]): DatasetColumn[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return names.map((name) => ({ name, type: typeOfCells(rows.map((row) => row[name])) }));
}

export function typeOfCells(cells: readonly unknown[]): string {
  const filled = cells.filter((cell) => cell !== null && cell !== undefined);
  const first = filled[0];
  if (first === undefined) return 'null';
  if (Array.isArray(first)) return `list<${typeOfCells(filled.flat())}>`;
  if (typeof first === 'object') {
    const members = Object.keys(first).map((name) => {
      const inner = filled.map((cell) => (cell as Record<string, unknown>)[name]);
      return `${name}: ${typeOfCells(inner)}`;
    });
    return `struct<${members.join(', ')}>`;
  }
  if (typeof first !== 'number') return typeof first === 'boolean' ? 'bool' : 'string';
  return filled.every((cell) => Number.isInteger(cell)) ? 'int64' : 'float64';
}
