/** A file of this machine as the source or the target of a transfer. */
import { close, open as openNumber, read, write } from 'node:fs';
import { type FileHandle, open, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { MlInternError } from '../core/errors';
import type { TransferOptions } from '../core/ports/shell';

const usualChunkBytes = 256 * 1024;
const writeBytes = 1024 * 1024;
const longestHoldMs = 200;
const lookMs = 200;
/** Less than this counts as none: a file system gives its last blocks to nobody. */
const leastFree = 64 * 1024;

// For thousands of small files: a file handle object costs several times what the reading or writing does.
const openPlain = promisify(openNumber);
const closeNumber = promisify(close);
const readInto = promisify(read);
const writeOut = promisify(write);

/** The first bytes, at most so many. */
export async function readStart(path: string, most: number): Promise<Buffer> {
  const file = await openPlain(path, 'r');
  try {
    const { bytesRead, buffer } = await readInto(file, Buffer.allocUnsafe(most), 0, most, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await closeNumber(file);
  }
}

/** The bytes from `offset` on, in chunks that are the reader's own. */
export async function* readFrom(path: string, offset: number, chunkBytes = usualChunkBytes): AsyncGenerator<Buffer> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    for (let at = offset; ;) {
      // A small file gets a small buffer, and one byte more: a read that does not fill it has seen the end.
      const length = Math.min(chunkBytes, Math.max(0, size - at) + 1);
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, at);
      if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
      at += bytesRead;
      if (bytesRead === 0 || (bytesRead < length && at >= size)) return;
    }
  } finally {
    await file.close();
  }
}

/** Has another process write the file from `offset` on: by its open number, and told of by looking at how long it has become. */
export async function fillFrom(
  path: string,
  { offset, onProgress }: TransferOptions,
  fill: (file: number) => Promise<void>,
): Promise<void> {
  const file = await openAt(path, offset, 'a');
  const look = async () => onProgress?.((await file.stat()).size);
  // A look that fails shows nothing: what is wrong with the file is told by whoever writes it.
  const looking = setInterval(() => void look().catch(() => undefined), lookMs).unref();
  try {
    await fill(file.fd);
    await look();
  } catch (error) {
    throw (await isFull(path)) ? noSpace(path, error) : error;
  } finally {
    clearInterval(looking);
    await file.close();
  }
}

/** Writes the chunks from `offset` on, in order, so that whatever was written when it ends early is a good beginning. */
export async function writeFrom(path: string, chunks: AsyncIterable<Uint8Array>, options: TransferOptions) {
  const file = await openAt(path, options.offset);
  try {
    let at = options.offset;
    for await (const chunk of gathered(chunks)) {
      options.signal?.throwIfAborted();
      for (let done = 0; done < chunk.length;) {
        done += (await file.write(chunk, done, chunk.length - done, at + done)).bytesWritten;
      }
      at += chunk.length;
      options.onProgress?.(at);
    }
  } catch (error) {
    throw explained(path, error);
  } finally {
    await file.close();
  }
}

export async function writeWhole(path: string, content: Uint8Array): Promise<void> {
  try {
    const file = await openPlain(path, 'w');
    try {
      for (let done = 0; done < content.length;)
        done += (await writeOut(file, content, done, content.length - done)).bytesWritten;
    } finally {
      await closeNumber(file);
    }
  } catch (error) {
    throw explained(path, error);
  }
}

/**
 * Small chunks put together: a write costs a turn of the thread pool, however small it is. Over a slow link nothing is held
 * back for long, and when the chunks end early, what came is passed on first.
 */
async function* gathered(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  let since = performance.now();
  try {
    for await (const chunk of chunks) {
      waiting.push(chunk);
      bytes += chunk.length;
      if (bytes < writeBytes && performance.now() - since < longestHoldMs) continue;
      const together = joined(waiting);
      waiting = [];
      bytes = 0;
      yield together;
      since = performance.now();
    }
  } catch (error) {
    if (bytes > 0) yield joined(waiting);
    throw error;
  }
  if (bytes > 0) yield joined(waiting);
}

function joined(chunks: Uint8Array[]): Uint8Array {
  const [first, ...others] = chunks;
  return first !== undefined && others.length === 0 ? first : Buffer.concat(chunks);
}

async function openAt(path: string, offset: number, flags: 'r+' | 'a' = 'r+'): Promise<FileHandle> {
  const file = await open(path, offset === 0 && flags === 'r+' ? 'w' : flags);
  await file.truncate(offset);
  return file;
}

function explained(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT' ? noSpace(path, error) : error;
}

/** Whoever wrote the file does not say why it could not go on. */
async function isFull(path: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(dirname(path));
  return bavail * bsize < leastFree;
}

function noSpace(path: string, error: unknown): MlInternError {
  return new MlInternError('disk-full', `There is no space left on this machine for ${path}.`, {
    next: 'Free some space, then try again: what was written already is kept.',
    cause: error,
  });
}
