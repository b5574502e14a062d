/** `world.json`: how a practice world is found. Written by the world's process when it is ready, by rename, and kept for its ports. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const worldSchema = z.object({
  v: z.literal(1),
  seed: z.number(),
  pid: z.number(),
  startTime: z.string().nullable(),
  /** Hash of the program that serves it: another version of the product starts its own. */
  program: z.string(),
  hub: z.string(),
  viewer: z.string(),
  papers: z.string(),
  arxiv: z.string(),
  semanticScholar: z.string(),
  gitHub: z.string(),
  modelUrl: z.string(),
  modelName: z.string(),
  ssh: z.object({
    host: z.string(),
    port: z.number(),
    user: z.string(),
    keyPath: z.string(),
    knownHostsPath: z.string(),
    kind: z.enum(['openssh', 'ssh2-server']),
  }),
  /** What is not real in this world, in plain sentences. */
  standIns: z.array(z.string()),
});

export type PracticeWorldInfo = z.infer<typeof worldSchema>;

export interface WorldPaths {
  folder: string;
  file: string;
  log: string;
  startLock: string;
  /** One file a process that uses the world: named by its pid, holding its start time. */
  users: string;
  /** What the miniature Hub serves as the base model; a link into `models/`. */
  baseModel: string;
  ssh: string;
}

export function worldPaths(home: string, seed: number): WorldPaths {
  const folder = join(home, 'worlds', String(seed));
  return {
    folder,
    file: join(folder, 'world.json'),
    log: join(folder, 'world.log'),
    startLock: join(folder, 'start.lock'),
    users: join(folder, 'users'),
    baseModel: join(folder, 'base-model'),
    ssh: join(folder, 'ssh'),
  };
}

/** The world as last written, living or not; undefined when there is none (or one of another version). */
export async function readWorld(home: string, seed: number): Promise<PracticeWorldInfo | undefined> {
  const text = await readFile(worldPaths(home, seed).file, 'utf8').catch(ignoreMissing);
  if (text === undefined) return undefined;
  const parsed = worldSchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : undefined;
}

export async function writeWorld(home: string, world: PracticeWorldInfo): Promise<void> {
  const { file } = worldPaths(home, world.seed);
  await mkdir(dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}`;
  await writeFile(fresh, `${JSON.stringify(world, null, 2)}\n`);
  await rename(fresh, file);
}

export function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
