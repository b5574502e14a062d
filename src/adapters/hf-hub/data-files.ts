/** What can be known of a dataset from its files alone, for when the viewer cannot serve it: splits by name, first rows by range. */
import Papa from 'papaparse';
import { MlInternError } from '../../core/errors';
import type { DatasetPreview, DatasetSplit } from '../../core/ports/hub';
import { typeOfCells } from './column-types';

export interface DataFile {
  config: string;
  split: string;
  path: string;
}

/** The beginning of a file: enough for a preview, small enough to wait for. */
export const previewBytes = 256 * 1024;

const readable = /\.(jsonl|ndjson|csv|tsv)$/i;
const splitWords: readonly [string, RegExp][] = [
  ['train', /(^|[^a-z])(train|training)([^a-z]|$)/i],
  ['validation', /(^|[^a-z])(validation|valid|dev|val)([^a-z]|$)/i],
  ['test', /(^|[^a-z])(test|testing|eval|evaluation)([^a-z]|$)/i],
];

/** The card's `configs` decide where they name files that can be read; else the file names do, as on the Hub. */
export function readableFiles(paths: readonly string[], configs: unknown): DataFile[] {
  const usable = paths.filter((path) => readable.test(path));
  const configured = configuredFiles(usable, configs);
  return configured.length > 0 ? configured : usable.map((path) => ({ config: 'default', split: splitOf(path), path }));
}

function splitOf(path: string): string {
  return splitWords.find(([, pattern]) => pattern.test(path))?.[0] ?? 'train';
}

function configuredFiles(paths: readonly string[], configs: unknown): DataFile[] {
  if (!Array.isArray(configs)) return [];
  return configs.flatMap((entry: { config_name?: unknown; data_files?: unknown }) => {
    const config = String(entry?.config_name ?? 'default');
    return filePatterns(entry?.data_files).flatMap(({ split, pattern }) =>
      paths.filter((path) => fits(pattern, path)).map((path) => ({ config, split, path })),
    );
  });
}

/** `data_files` is a pattern, a list of patterns, or a list of `{split, path}`. */
function filePatterns(dataFiles: unknown): { split: string; pattern: string }[] {
  const list = Array.isArray(dataFiles) ? dataFiles : [dataFiles];
  return list.flatMap((entry: unknown) => {
    if (typeof entry === 'string') return [{ split: 'train', pattern: entry }];
    const { split, path } = (entry ?? {}) as { split?: unknown; path?: unknown };
    const patterns = Array.isArray(path) ? path : [path];
    return patterns
      .filter((p) => typeof p === 'string')
      .map((pattern) => ({ split: String(split ?? 'train'), pattern }));
  });
}

function fits(pattern: string, path: string): boolean {
  const parts = pattern.split(/\*+/).map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(path);
}

export function splitsOfFiles(files: readonly DataFile[]): DatasetSplit[] {
  const seen = new Map(files.map(({ config, split }) => [`${config}/${split}`, { config, split, rows: null }]));
  return [...seen.values()];
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
