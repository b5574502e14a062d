/**
 * The single-writer lock of a run: `lock.json` names the process that drives it. A lock whose process is gone (or whose pid was given to
 * another process since) is stale and is taken over.
 */
import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { z } from 'zod';
import { MlInternError } from '../../core/errors';
import { isSameProcess, processStartTime } from './process-start';
import { parseJson } from '../../core/json';

const holderSchema = z.object({ pid: z.number(), startTime: z.string().nullable(), host: z.string() });
export type LockHolder = z.infer<typeof holderSchema>;

export async function takeLock(path: string): Promise<{ release(): Promise<void> }> {
  const own: LockHolder = { pid: process.pid, startTime: await processStartTime(process.pid), host: hostname() };
  for (let tries = 0; tries < 3; tries++) {
    const lock = { release: () => rm(path, { force: true }) };
    if (await create(path, own)) return lock;
    const text = await readFile(path, 'utf8').catch(() => undefined);
    const holder = await livingHolder(text);
    if (holder) throw locked(path, holder);
    if (text !== undefined && (await takeOver(path, text, own))) return lock;
  }
  throw new MlInternError('run-locked', 'Another process took this run up at the same moment.', { next: 'Try again.' });
}

/** The living holder of a lock, or undefined when it is free or stale. */
export async function lockHolder(path: string): Promise<LockHolder | undefined> {
  return livingHolder(await readFile(path, 'utf8').catch(() => undefined));
}

async function livingHolder(text: string | undefined): Promise<LockHolder | undefined> {
  if (text === undefined) return undefined;
  const holder = holderSchema.safeParse(parseJson(text));
  if (!holder.success) return undefined;
  const { host } = holder.data;
  if (host !== hostname()) return holder.data;
  return (await isSameProcess(holder.data)) ? holder.data : undefined;
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
async function create(path: string, own: LockHolder): Promise<boolean> {
  const text = JSON.stringify(own);
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, text);
    await link(draft, path).catch((error: unknown) => {
      if (!noLinks.includes(codeOf(error))) throw error;
      return writeFile(path, text, { flag: 'wx' });
    });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * Puts the own lock in the place of a stale one. Only who holds the claim may change what is there, so that the lock is never
 * absent meanwhile, and nobody replaces one that was taken over already.
 */
async function takeOver(path: string, stale: string, own: LockHolder): Promise<boolean> {
  const claim = `${path}.claim`;
  if (!(await create(claim, own))) {
    const text = await readFile(claim, 'utf8').catch(() => undefined);
    if (text !== undefined && !(await livingHolder(text))) await discard(claim, text);
    return false;
  }
  const draft = `${path}.${randomUUID()}`;
  try {
    if ((await readFile(path, 'utf8').catch(() => undefined)) !== stale) return false;
    await writeFile(draft, JSON.stringify(own));
    await rename(draft, path);
    return true;
  } finally {
    await rm(draft, { force: true });
    await rm(claim, { force: true });
  }
}

/** Removes the claim of a process that died, but not the one that another process may have put in its place meanwhile. */
async function discard(path: string, stale: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  if ((await readFile(aside, 'utf8')) === stale) await rm(aside);
  else await rename(aside, path);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}
