/** Files of this machine for what comes from and goes to a box. */
import { createHash } from 'node:crypto';
import { lstat, mkdir, realpath, rename, rm } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { MlInternError } from '../../core/errors';
import type { LocalFiles, LocalPlace } from '../../core/ports/local-files';
import { readFrom, readStart, writeFrom, writeWhole } from '../../node/local-file';
import { contents } from './contents';

/** What is no longer than this is read at once. */
const tinyBytes = 16 * 1024;

export const localFiles: LocalFiles = { size, hash, contents, places, write, rename: replace, remove };

async function size(path: string): Promise<number | undefined> {
  const facts = await lstat(path).catch(absent);
  return facts?.isFile() ? facts.size : undefined;
}

async function hash(path: string, signal?: AbortSignal): Promise<string> {
  const digest = createHash('sha256');
  const start = await readStart(path, tinyBytes + 1);
  if (start.length <= tinyBytes) return digest.update(start).digest('hex');
  for await (const chunk of readFrom(path, 0)) {
    signal?.throwIfAborted();
    digest.update(chunk);
  }
  return digest.digest('hex');
}

async function write(
  path: string,
  content: Uint8Array | AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<string> {
  const digest = createHash('sha256');
  if (content instanceof Uint8Array) {
    await writeWhole(path, content);
    return digest.update(content).digest('hex');
  }
  const chunks = content;
  async function* digested() {
    for await (const chunk of chunks) {
      digest.update(chunk);
      yield chunk;
    }
  }
  await writeFrom(path, digested(), { offset: 0, signal });
  return digest.digest('hex');
}

async function replace(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!['EISDIR', 'ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    throw outside(to, 'a folder is in its way');
  }
}

async function remove(path: string): Promise<void> {
  await rm(path, { force: true });
}

interface Parent {
  path: string;
  /** Made by us just now: nothing lies in it. */
  isNew: boolean;
}

function places(folder: string): (path: string) => Promise<LocalPlace> {
  // Thousands of files share their parents: each is looked at once.
  const parents = new Map<string, Promise<Parent>>();
  return async (path) => {
    const parts = path.split('/');
    if (!parts.every(isPlain)) throw outside(path, 'its name is not allowed on this machine');
    const name = parts.slice(0, -1).join('/');
    const known = parents.get(name) ?? parentOf(folder, path, parts.slice(0, -1));
    parents.set(name, known);
    const parent = await known;
    const found = join(parent.path, parts.at(-1) ?? '');
    const facts = parent.isNew ? undefined : await lstat(found).catch(absent);
    if (facts?.isDirectory()) throw outside(path, 'a folder is in its way');
    return { path: found, bytes: facts?.isFile() ? facts.size : undefined };
  };
}

/** Makes one folder after the other, so that a link that was planted on the way is seen before anything is made behind it. */
async function parentOf(folder: string, path: string, parts: readonly string[]): Promise<Parent> {
  let isNew = (await mkdir(folder, { recursive: true })) !== undefined;
  let at = await realpath(folder);
  for (const part of parts) {
    at = join(at, part);
    isNew = await mkdir(at).then(
      () => true,
      (error: unknown) => ignore(error, 'EEXIST') ?? false,
    );
    if (!(await lstat(at)).isDirectory()) throw outside(path, 'something that is no folder is in its way');
  }
  return { path: at, isNew };
}

/** Windows takes some characters for more than a name. */
function isPlain(part: string): boolean {
  if (['', '.', '..'].includes(part) || part.includes('\0') || part.includes('/')) return false;
  return sep === '/' || !/[<>:"\\|?*]|[. ]$/.test(part);
}

function absent(error: unknown): undefined {
  return ignore(error, 'ENOENT');
}

function ignore(error: unknown, code: string): undefined {
  if ((error as NodeJS.ErrnoException).code !== code) throw error;
  return undefined;
}

function outside(path: string, why: string): MlInternError {
  return new MlInternError('bad-input', `${JSON.stringify(path)} cannot be written here: ${why}.`, {
    next: 'Fetch into an empty folder.',
  });
}
