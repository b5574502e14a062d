/** What can be known of a dataset from its files alone, for when the viewer cannot serve it: splits by name, first rows by range. */
import Papa from 'papaparse';
import { MlInternError } from '../../core/errors';
import { dataFiles, type DataFile } from '../../core/data/data-files';
import type { DatasetPreview } from '../../core/ports/hub';
import { typeOfCells } from '../../core/data/column-types';

/** The beginning of a file: enough for a preview, small enough to wait for. */
export const previewBytes = 256 * 1024;

const readable = /\.(jsonl|ndjson|csv|tsv)$/i;
export function readableFiles(paths: readonly string[], configs: unknown): DataFile[] {
  return dataFiles(
    paths.filter((path) => readable.test(path)),
    configs,
  );
}

/** Rows of the beginning of a file. `whole` says that `text` is all of it; else its last line may be cut and is dropped. */
export function previewOf(file: DataFile, text: string, whole: boolean, limit: number): DatasetPreview {
  const rows = /\.(csv|tsv)$/i.test(file.path) ? csvRows(text, whole, limit) : jsonRows(file.path, text, whole, limit);
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = names.map((name) => ({ name, type: typeOfCells(rows.map((row) => row[name])) }));
  return { config: file.config, split: file.split, columns, rows, truncated: !whole || rows.length === limit };
}

function jsonRows(path: string, text: string, whole: boolean, limit: number): Record<string, unknown>[] {
  const lines = text.split('\n');
  const complete = whole ? lines : lines.slice(0, -1);
  const numbered = complete.map((line, index) => ({ line, number: index + 1 }));
  const filled = numbered.filter(({ line }) => line.trim() !== '').slice(0, limit);
  return filled.map(({ line, number }) => jsonRow(path, line, number));
}

function jsonRow(path: string, line: string, number: number): Record<string, unknown> {
  try {
    const row: unknown = JSON.parse(line);
    const isRecord = row !== null && typeof row === 'object' && !Array.isArray(row);
    return isRecord ? (row as Record<string, unknown>) : { value: row };
  } catch (cause) {
    const next = 'Choose another dataset: this one cannot be read as it stands.';
    throw new MlInternError('hub-unavailable', `Line ${number} of the data file ${path} is not JSON.`, { next, cause });
  }
}

function csvRows(text: string, whole: boolean, limit: number): Record<string, unknown>[] {
  const { data } = Papa.parse<Record<string, unknown>>(text, {
    header: true,
    skipEmptyLines: true,
    dynamicTyping: true,
  });
  return (whole ? data : data.slice(0, -1)).slice(0, limit);
}
