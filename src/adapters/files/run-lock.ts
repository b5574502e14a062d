/**
 * The single-writer lock of a run: `lock.json` names the process that drives it. A lock whose process is gone (or whose pid was given to
 * another process since) is stale and is taken over.
 */
import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { MlInternError } from '../../core/errors';
import { processStartTime } from './process-start';

const holderSchema = z.object({ pid: z.number(), startTime: z.string().nullable(), host: z.string() });
export type LockHolder = z.infer<typeof holderSchema>;

/** How long a process that clears a stale lock away may take before it counts as dead itself. */
const clearingMs = 10_000;

export async function takeLock(path: string): Promise<{ release(): Promise<void> }> {
  const own: LockHolder = { pid: process.pid, startTime: await processStartTime(process.pid), host: hostname() };
  for (let tries = 0; tries < 20; tries++) {
    if (await create(path, own)) return { release: () => rm(path, { force: true }) };
    const holder = await lockHolder(path);
    if (holder) {
      throw new MlInternError('run-locked', `Process ${holder.pid} on ${holder.host} drives this run.`, {
        next: 'Watch it there, or stop it first with `ml-intern runs stop`.',
      });
    }
    await clearStale(path, own);
  }
  throw new MlInternError('run-locked', 'Another process took this run up at the same moment.', { next: 'Try again.' });
}

/**
 * Removes a stale lock, one process at a time: whoever waits for a turn looks again, so that nobody removes the fresh lock of the one
 * that was faster.
 */
async function clearStale(path: string, own: LockHolder): Promise<void> {
  const turn = `${path}.clearing`;
  if (!(await create(turn, own))) {
    const begun = await stat(turn).then(
      ({ mtimeMs }) => mtimeMs,
      () => Date.now(),
    );
    if (Date.now() - begun > clearingMs) await rm(turn, { force: true });
    else await sleep(50);
    return;
  }
  try {
    if ((await lockHolder(path)) === undefined) await rm(path, { force: true });
  } finally {
    await rm(turn, { force: true });
  }
}

/** The living holder of a lock, or undefined when it is free or stale. */
export async function lockHolder(path: string): Promise<LockHolder | undefined> {
  return livingHolder(await readFile(path, 'utf8').catch(() => undefined));
}

async function livingHolder(text: string | undefined): Promise<LockHolder | undefined> {
  if (text === undefined) return undefined;
  const holder = holderSchema.safeParse(parseJson(text));
  if (!holder.success) return undefined;
  const { pid, startTime, host } = holder.data;
  if (host !== hostname()) return holder.data;
  return isAlive(pid) && (startTime === null || (await processStartTime(pid)) === startTime) ? holder.data : undefined;
}

function locked(path: string, { pid, host }: LockHolder): MlInternError {
  return new MlInternError('run-locked', `Process ${pid} on ${host} drives this run.`, {
    next:
      host === hostname()
        ? 'Watch it there, or stop it first with `ml-intern runs stop`.'
        : `Stop it on ${host}; if that machine is gone, delete ${path}.`,
  });
}

/** File systems without hard links answer with one of these. */
const noLinks = ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'];

/** Appears with its whole content, because an empty lock is taken for one whose writer died. */
/** By a hard link, so that the file is never seen without its content. False when there is one already. */
async function create(path: string, own: LockHolder): Promise<boolean> {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(own));
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not ours, or damaged: no living process is named.
    return undefined;
  }
}
