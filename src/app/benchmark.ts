/** Loads a benchmark from its files: items (.jsonl) and, beside them, optional settings (.json). */
import { readFile } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import { MlInternError } from '../core/errors';
import { parseBenchmark } from '../core/evaluation/benchmark';
import { splitItems } from '../core/evaluation/split';
import type { LoadedBenchmark } from '../core/experiments/bench';

export async function loadBenchmark(path: string, workspace: string, seed: number): Promise<LoadedBenchmark> {
  const file = isAbsolute(path) ? path : join(workspace, path);
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new MlInternError('benchmark-invalid', `The benchmark ${path} cannot be read.`, {
      next: 'Give the path of a .jsonl file with one item per line.',
      cause,
    });
  });
  const settings = await readFile(file.replace(/\.jsonl$/, '') + '.json', 'utf8').catch(() => undefined);
  const { benchmark, items } = parseBenchmark(text, settings, basename(file).replace(/\.jsonl$/, ''));
  return { benchmark, items, splits: splitItems(items, seed) };
}
