/** The practice benchmark as files of the workspace, as a person's own benchmark would lie there. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeWorld } from './world/world';
import { ignoreMissing } from './world-file';

/** Relative to the workspace. Each seed has its own, so that runs of two worlds do not disturb each other. */
export function practiceBenchmarkPath(seed: number): string {
  return `ml-intern/practice/seed-${seed}/benchmark.jsonl`;
}

/** Writes the benchmark's files where they are missing or differ; returns the path of the items, relative to the workspace. */
export async function practiceBenchmark(seed: number, workspace: string): Promise<string> {
  const { items, settings } = makeWorld(seed).benchmark;
  const path = practiceBenchmarkPath(seed);
  const file = join(workspace, path);
  await mkdir(dirname(file), { recursive: true });
  await writeIfDifferent(file, items.map((item) => `${JSON.stringify(item)}\n`).join(''));
  await writeIfDifferent(file.replace(/\.jsonl$/, '.json'), `${JSON.stringify(settings, null, 2)}\n`);
  return path;
}

async function writeIfDifferent(file: string, content: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(ignoreMissing)) === content) return;
  const fresh = `${file}.${process.pid}`;
  await writeFile(fresh, content);
  await rename(fresh, file);
}
