/** Loads a benchmark: a file of items (.jsonl) with optional settings (.json) beside it, or a preset by its name. */
import { access, readFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { MlInternError } from '../core/errors';
import { parseBenchmark, parseSettings, type BenchmarkTexts, type Judge } from '../core/evaluation/benchmark';
import { filesNamed } from '../core/evaluation/settings';
import { splitItems } from '../core/evaluation/split';
import type { LoadedBenchmark } from '../core/experiments/bench';
import type { RunConfig } from '../core/run/types';
import type { AppOptions } from './options';
import { presetTexts, readPreset } from './presets';

/** Which benchmark, how it is split, and who judges it. */
export type BenchmarkOrder = Pick<RunConfig, 'benchmark' | 'benchmarkSource' | 'seed'> & { judge?: Judge | undefined };

export async function loadBenchmark(
  order: BenchmarkOrder,
  options: AppOptions,
  signal?: AbortSignal,
): Promise<LoadedBenchmark> {
  const { name, text, settings, files, source, published } = await textsOf(order, options, signal);
  const { benchmark, items } = parseBenchmark(text, settings, { name, files, judge: order.judge });
  return { benchmark, items, splits: splitItems(items, order.seed), source, published };
}

async function textsOf(
  { benchmark, benchmarkSource: source, judge }: BenchmarkOrder,
  options: AppOptions,
  signal?: AbortSignal,
): Promise<BenchmarkTexts> {
  const file = isAbsolute(benchmark) ? benchmark : join(options.workspace, benchmark);
  const isPath = /[\\/]|\.jsonl$/.test(benchmark);
  if (source === undefined && (isPath || (await exists(file)))) return fileTexts(file, benchmark);
  return presetTexts(await readPreset(options.productRoot, benchmark), { source, judge, signal }, options);
}

async function fileTexts(file: string, shown: string): Promise<BenchmarkTexts> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new MlInternError('benchmark-invalid', `The benchmark ${shown} cannot be read.`, {
      next: 'Give the path of a .jsonl file with one item per line.',
      cause,
    });
  });
  const name = basename(file).replace(/\.jsonl$/, '');
  const settings = await readFile(file.replace(/\.jsonl$/, '') + '.json', 'utf8').catch(() => undefined);
  const files =
    settings === undefined ? {} : await filesBeside(dirname(file), filesNamed(parseSettings(settings, name)));
  return { name, text, settings, files };
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** Those that cannot be read are left out, and named by whoever needs them. */
async function filesBeside(folder: string, names: readonly string[]): Promise<Record<string, string>> {
  const read = async (name: string) =>
    [name, await readFile(resolve(folder, name), 'utf8').catch(() => undefined)] as const;
  const all = await Promise.all(names.map(read));
  return Object.fromEntries(all.flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])));
}
