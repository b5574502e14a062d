/**
 * The single-writer lock of a run: `lock.json` names the process that drives it. A lock whose process is gone (or whose pid was given to
 * another process since) is stale and is taken over.
 */
import { open, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { z } from 'zod';
import { MlInternError } from '../../core/errors';
import { processStartTime } from './process-start';

const holderSchema = z.object({ pid: z.number(), startTime: z.string().nullable(), host: z.string() });
export type LockHolder = z.infer<typeof holderSchema>;

export async function takeLock(path: string): Promise<{ release(): Promise<void> }> {
  const own: LockHolder = { pid: process.pid, startTime: await processStartTime(process.pid), host: hostname() };
  for (let tries = 0; tries < 3; tries++) {
    if (await create(path, own)) return { release: () => rm(path, { force: true }) };
    const holder = await lockHolder(path);
    if (holder) {
      throw new MlInternError('run-locked', `Process ${holder.pid} on ${holder.host} drives this run.`, {
        next: 'Watch it there, or stop it first with `ml-intern runs stop`.',
      });
    }
    await rm(path, { force: true });
  }
  throw new MlInternError('run-locked', 'Another process took this run up at the same moment.', { next: 'Try again.' });
}

/** The living holder of a lock, or undefined when it is free or stale. */
export async function lockHolder(path: string): Promise<LockHolder | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const holder = holderSchema.safeParse(parseJson(text));
  if (!holder.success) return undefined;
  const { pid, startTime, host } = holder.data;
  if (host !== hostname()) return holder.data;
  return isAlive(pid) && (startTime === null || (await processStartTime(pid)) === startTime) ? holder.data : undefined;
}

async function create(path: string, own: LockHolder): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(JSON.stringify(own));
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
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
    // The holder died while writing its name.
    return undefined;
  }
}
