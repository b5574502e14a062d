/** Files that ship with the product and go to the box or to the agent. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { EnvironmentName, EnvironmentSet } from '../core/experiments/bench';
import { methodNames } from '../core/experiments/methods';

const environmentSchema = z.object({
  name: z.string(),
  requirements: z.array(z.string()),
  python: z.string().optional(),
  accelerator: z.literal('cuda').optional(),
  cuda: z.array(z.string()).optional(),
});

export async function readEnvironmentSets(productRoot: string): Promise<Record<EnvironmentName, EnvironmentSet>> {
  const [train, evaluation, inspect, serve] = await Promise.all([
    readEnvironmentSet(productRoot, 'train'),
    readEnvironmentSet(productRoot, 'eval'),
    readEnvironmentSet(productRoot, 'inspect'),
    readEnvironmentSet(productRoot, 'serve'),
  ]);
  return { train, eval: evaluation, inspect, serve };
}

export async function readEnvironmentSet(productRoot: string, name: string): Promise<EnvironmentSet> {
  const read = (file: string) => readFile(join(productRoot, 'box', 'environments', file), 'utf8');
  const set = environmentSchema.parse(JSON.parse(await read(`${name}.json`)));
  const lines = (await read(`${name}.lock.txt`)).split('\n').map((line) => line.trim());
  return { ...set, constraints: lines.filter((line) => line !== '' && !line.startsWith('#')) };
}

export async function readStartingScripts(productRoot: string): Promise<Record<string, string>> {
  const read = async (name: string) => [
    name,
    await readFile(join(productRoot, 'box', 'scripts', `${name}.py`), 'utf8'),
  ];
  return Object.fromEntries(await Promise.all(methodNames.map(read)));
}

/** What made a run, for whoever wants to repeat it. */
export async function productVersions(productRoot: string): Promise<Record<string, string>> {
  const { name, version } = z
    .object({ name: z.string(), version: z.string() })
    .parse(JSON.parse(await readFile(join(productRoot, 'package.json'), 'utf8')));
  return { [name]: version, node: process.versions.node };
}
