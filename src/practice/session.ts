/** Finds the practice world of a seed, or starts its process. Whoever comes second attaches to the first one's. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processStartTime } from '../adapters/files/process-start';
import { isSameProcess } from '../adapters/files/process-start';
import { takeLock } from '../adapters/files/run-lock';
import { MlInternError } from '../core/errors';
import { readWorld, worldPaths, type PracticeWorldInfo } from './world-file';

export interface PracticeWorldOptions {
  home: string;
  seed: number;
  /** The bundle of `main.ts`. */
  programPath: string;
  /** The interpreter; Electron's works too. */
  nodePath: string;
  nodeArgs?: readonly string[];
  signal: AbortSignal;
  onProgress?: (text: string) => void;
}

export type { PracticeWorldInfo } from './world-file';

const startTimeoutMs = 60_000;
const pollMs = 100;

/** The world stays up at least as long as this process lives, or until `releasePracticeWorld`. */
export async function openPracticeWorld(options: PracticeWorldOptions): Promise<PracticeWorldInfo> {
  const { home, seed, signal } = options;
  const { users } = worldPaths(home, seed);
  await mkdir(users, { recursive: true });
  await writeFile(join(users, String(process.pid)), (await processStartTime(process.pid)) ?? '');
  const program = await programHash(options.programPath);
  const deadline = Date.now() + startTimeoutMs;
  for (;;) {
    signal.throwIfAborted();
    const world = await attach(home, seed, program, signal);
    if (world !== undefined) return world;
    const lock = await tryLock(worldPaths(home, seed).startLock);
    if (lock !== undefined) {
      try {
        return (await attach(home, seed, program, signal)) ?? (await start(options, program));
      } finally {
        await lock.release();
      }
    }
    if (Date.now() > deadline) throw startFailure('another process has been starting it for a minute', home, seed);
    await sleep(pollMs, undefined, { signal });
  }
}

export async function releasePracticeWorld(home: string, seed: number): Promise<void> {
  await rm(join(worldPaths(home, seed).users, String(process.pid)), { force: true });
}

/** The living world, proven by a request; undefined when there is none, or one of another version of the product. */
async function attach(
  home: string,
  seed: number,
  program: string,
  signal: AbortSignal,
): Promise<PracticeWorldInfo | undefined> {
  const world = await readWorld(home, seed);
  if (world === undefined || world.program !== program || !(await isSameProcess(world))) return undefined;
  const answers = await Promise.all([answersAt(world.hub, signal), answersAt(`${world.modelUrl}/models`, signal)]);
  return answers.every(Boolean) ? world : undefined;
}

/** Any answer will do: the question is whether somebody serves. */
async function answersAt(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(5000)]) });
    await response.body?.cancel();
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof TypeError || (error as Error).name === 'TimeoutError') return false;
    throw error;
  }
}

async function tryLock(path: string): Promise<{ release(): Promise<void> } | undefined> {
  try {
    return await takeLock(path);
  } catch (error) {
    if (MlInternError.is(error, 'run-locked')) return undefined;
    throw error;
  }
}

async function start(options: PracticeWorldOptions, program: string): Promise<PracticeWorldInfo> {
  const { home, seed, signal } = options;
  options.onProgress?.('Starting the practice world…');
  await endOld(home, seed);
  const child = await spawnWorld(options);
  const left = exitOf(child);
  const deadline = Date.now() + startTimeoutMs;
  for (;;) {
    const world = await attach(home, seed, program, signal);
    if (world?.pid === child.pid && world !== undefined) return world;
    const exit = await Promise.race([left, sleep(pollMs, undefined, { signal })]);
    if (exit !== undefined) throw startFailure(exit, home, seed, await lastWords(worldPaths(home, seed).log));
    if (Date.now() > deadline) {
      child.kill('SIGTERM');
      throw startFailure('it was not ready after a minute', home, seed, await lastWords(worldPaths(home, seed).log));
    }
  }
}

/** A world of another version, or one that lives and does not answer, makes room. */
async function endOld(home: string, seed: number): Promise<void> {
  const old = await readWorld(home, seed);
  if (old === undefined || !(await isSameProcess(old))) return;
  process.kill(old.pid, 'SIGTERM');
  for (let tries = 0; tries < 50 && (await isSameProcess(old)); tries++) await sleep(pollMs);
  if (await isSameProcess(old)) process.kill(old.pid, 'SIGKILL');
}

async function spawnWorld(options: PracticeWorldOptions): Promise<ChildProcess> {
  const { home, seed, programPath, nodePath, nodeArgs = [] } = options;
  const log = await open(worldPaths(home, seed).log, 'a');
  try {
    const args = [...nodeArgs, programPath, '--home', home, '--seed', String(seed)];
    const env = { ...withoutSecrets(process.env), ELECTRON_RUN_AS_NODE: '1' };
    const child = spawn(nodePath, args, { detached: true, stdio: ['ignore', log.fd, log.fd], cwd: home, env });
    child.unref();
    return child;
  } finally {
    await log.close();
  }
}

/** The world needs none, and it may hand its environment on to what runs on its box. */
export function withoutSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/KEY|TOKEN|SECRET|PASSWORD|NODE_OPTIONS/i.test(name)),
  );
}

function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`its process ended with ${signal ?? `code ${code}`}`));
  });
}

async function lastWords(log: string): Promise<string> {
  return (await readFile(log, 'utf8')).trim().split('\n').at(-1) ?? '';
}

function startFailure(why: string, home: string, seed: number, said = ''): MlInternError {
  const words = said === '' ? '' : ` It said: ${said}`;
  return new MlInternError('internal', `The practice world could not be started: ${why}.${words}`, {
    next: `Look at ${worldPaths(home, seed).log}, then try again.`,
  });
}

async function programHash(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}
