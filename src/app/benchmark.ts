/** Loads a benchmark from its files: items (.jsonl) and, beside them, optional settings (.json). */
import { readFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { MlInternError } from '../core/errors';
import { parseBenchmark, parseSettings, type Judge } from '../core/evaluation/benchmark';
import { filesNamed } from '../core/evaluation/settings';
import { splitItems } from '../core/evaluation/split';
import type { LoadedBenchmark } from '../core/experiments/bench';
import type { RunConfig } from '../core/run/types';

/** Which benchmark, how it is split, and who judges it. */
export type BenchmarkOrder = Pick<RunConfig, 'benchmark' | 'seed'> & { judge?: Judge | undefined };

export async function loadBenchmark(
  { benchmark: path, seed, judge }: BenchmarkOrder,
  workspace: string,
): Promise<LoadedBenchmark> {
  const file = isAbsolute(path) ? path : join(workspace, path);
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new MlInternError('benchmark-invalid', `The benchmark ${path} cannot be read.`, {
      next: 'Give the path of a .jsonl file with one item per line.',
      cause,
    });
  });
  const name = basename(file).replace(/\.jsonl$/, '');
  const settings = await readFile(file.replace(/\.jsonl$/, '') + '.json', 'utf8').catch(() => undefined);
  const files =
    settings === undefined ? {} : await filesBeside(dirname(file), filesNamed(parseSettings(settings, name)));
  const { benchmark, items } = parseBenchmark(text, settings, { name, files, judge });
  return { benchmark, items, splits: splitItems(items, seed) };
}

/** Those that cannot be read are left out, and named by whoever needs them. */
async function filesBeside(folder: string, names: readonly string[]): Promise<Record<string, string>> {
  const read = async (name: string) =>
    [name, await readFile(resolve(folder, name), 'utf8').catch(() => undefined)] as const;
  const all = await Promise.all(names.map(read));
  return Object.fromEntries(all.flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])));
}
