/** Which of a dataset's files make which split: the card's `configs` where it has them, else the file names, as on the Hub. */
import { MlInternError } from '../errors';

export interface DataFile {
  config: string;
  split: string;
  path: string;
}

export const dataFilePattern = /\.(jsonl|ndjson|json|csv|tsv|parquet|arrow|feather)(\.gz|\.zst)?$/i;
/** Files that lie beside data and hold none. */
const descriptions = /(^|\/)(dataset_infos?|dataset_dict|state|package(-lock)?|tsconfig|\.[^/]*)\.json$/i;

export const isDataFile = (path: string): boolean => dataFilePattern.test(path) && !descriptions.test(path);

const splitWords: readonly [string, RegExp][] = [
  ['train', /(^|[^a-z])(train|training)([^a-z]|$)/i],
  ['validation', /(^|[^a-z])(validation|valid|dev|val)([^a-z]|$)/i],
  ['test', /(^|[^a-z])(test|testing|eval|evaluation)([^a-z]|$)/i],
];

export function dataFiles(paths: readonly string[], configs?: unknown): DataFile[] {
  const usable = paths.filter(isDataFile);
  const configured = configuredFiles(usable, configs);
  return configured.length > 0 ? configured : usable.map((path) => ({ config: 'default', split: splitOf(path), path }));
}

export function splitOf(path: string): string {
  return splitWords.find(([, pattern]) => pattern.test(path))?.[0] ?? 'train';
}

export function splitsOfFiles(files: readonly DataFile[]): { config: string; split: string; rows: null }[] {
  const seen = new Map(files.map(({ config, split }) => [`${config}/${split}`, { config, split, rows: null }]));
  return [...seen.values()];
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

export function noDataFiles(folder: string): MlInternError {
  return new MlInternError('bad-input', `The folder ${folder} holds no data files.`, {
    next: 'Put .jsonl, .json, .csv, .parquet or .arrow files there.',
  });
}
