/** Which of a dataset's files make which split, and the rows in them: the same rules as the real Hub's, for JSON lines. */
import type { WorldDataset } from './content';

export interface WorldSplit {
  config: string;
  split: string;
  files: string[];
}

export type Row = Record<string, unknown>;

const splitNames = ['train', 'validation', 'test'] as const;

export function splitsOf(dataset: WorldDataset): WorldSplit[] {
  const { configs } = dataset.metadata;
  if (configs === undefined) return splitsByName(dataset);
  return configs.flatMap((config) => {
    const names = [...new Set(config.data_files.map((file) => file.split))];
    return names.map((split) => ({
      config: config.config_name,
      split,
      files: config.data_files.filter((file) => file.split === split).map((file) => file.path),
    }));
  });
}

/** `data/test.jsonl` is the test split; files that name no split are the train split. */
function splitsByName(dataset: WorldDataset): WorldSplit[] {
  const paths = Object.keys(dataset.files).filter((path) => path.endsWith('.jsonl'));
  const splitOf = (path: string) =>
    splitNames.find((name) => new RegExp(`(^|[^a-z])${name}([^a-z]|$)`).test(path)) ?? 'train';
  return splitNames
    .map((split) => ({ config: 'default', split, files: paths.filter((path) => splitOf(path) === split) }))
    .filter((split) => split.files.length > 0);
}

export function rowsOf(dataset: WorldDataset, split: WorldSplit): Row[] {
  return split.files.flatMap((path) => jsonLines(dataset, path));
}

export function jsonLines(dataset: WorldDataset, path: string): Row[] {
  return linesOf(dataset, path).map((line) => JSON.parse(line) as Row);
}

export function linesOf(dataset: WorldDataset, path: string): string[] {
  const content = dataset.files[path];
  if (content === undefined) throw new Error(`Dataset ${dataset.id} has no file ${path}.`);
  const lines = bytesOf(content).toString('utf8').split('\n');
  return lines.filter((line) => line.trim() !== '');
}

export function bytesOf(content: string | Uint8Array): Buffer {
  return typeof content === 'string' ? Buffer.from(content, 'utf8') : Buffer.from(content);
}
