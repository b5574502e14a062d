/** `Store` on the local disk. */
import { randomBytes, randomUUID } from 'node:crypto';
import { appendFile, mkdir, open, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { MlInternError } from '../../core/errors';
import type { RunLock, Store } from '../../core/ports/store';
import { takeLock } from './run-lock';

/** Enough for the last events of a run, whatever the size of the file system's blocks. */
const reserveBytes = 64 * 1024;

export class FileStore implements Store {
  constructor(readonly location: string) {}

  async read(path: string): Promise<string | undefined> {
    return ifPresent(readFile(this.at(path), 'utf8'), undefined);
  }

  write(path: string, content: string): Promise<void> {
    return this.guard(path, async (target) => {
      await mkdir(dirname(target), { recursive: true });
      const temporary = `${target}.${randomUUID()}.tmp`;
      try {
        await writeFile(temporary, content, { flush: true });
        await rename(temporary, target);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    });
  }

  append(path: string, content: string | Uint8Array, { flush } = { flush: true }): Promise<void> {
    return this.guard(path, async (target) => {
      await mkdir(dirname(target), { recursive: true });
      await appendFile(target, content, { flush });
    });
  }

  truncate(path: string, length: number): Promise<void> {
    return this.guard(path, (target) => truncate(target, length));
  }

  async size(path: string): Promise<number> {
    return ifPresent(
      stat(this.at(path)).then(({ size }) => size),
      0,
    );
  }

  async readFrom(path: string, offset: number, limit?: number): Promise<Uint8Array> {
    const size = await this.size(path);
    const length = Math.min(limit ?? Infinity, Math.max(0, size - offset));
    if (length === 0) return new Uint8Array();
    const file = await open(this.at(path), 'r');
    try {
      const buffer = new Uint8Array(length);
      const { bytesRead } = await file.read(buffer, 0, length, offset);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  async list(folder: string): Promise<string[]> {
    return (await ifPresent(readdir(this.at(folder)), [])).sort();
  }

  lock(folder: string): Promise<RunLock> {
    return this.guard(folder, async (target) => {
      await mkdir(target, { recursive: true });
      const lock = await takeLock(join(target, 'lock.json'));
      const reserve = join(target, 'lock.reserve');
      const freeReserve = () => rm(reserve, { force: true });
      const release = async () => {
        await freeReserve();
        await lock.release();
      };
      try {
        // Random, because some file systems compress.
        await writeFile(reserve, randomBytes(reserveBytes), { flush: true });
      } catch (error) {
        await release();
        throw error;
      }
      return { release, freeReserve };
    });
  }

  private at(path: string): string {
    const target = resolve(this.location, path);
    const inside = relative(this.location, target);
    if (inside.startsWith('..') || inside.split(sep).includes('..')) {
      throw new MlInternError('bad-input', `${path} lies outside ${this.location}.`, {
        next: "Use a path inside the run's folder.",
      });
    }
    return target;
  }

  private async guard<T>(path: string, action: (target: string) => Promise<T>): Promise<T> {
    try {
      return await action(this.at(path));
    } catch (error) {
      throw diskError(error, path, this.location);
    }
  }
}

async function ifPresent<T, D>(reading: Promise<T>, missing: D): Promise<T | D> {
  try {
    return await reading;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return missing;
    throw error;
  }
}

function diskError(error: unknown, path: string, location: string): unknown {
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new MlInternError('disk-full', `The disk that holds ${location} is full: ${path} could not be written.`, {
      next: 'Free some space on that disk, then resume the run; nothing that was recorded is lost.',
      cause: error,
    });
  }
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') {
    return new MlInternError('bad-input', `${path} cannot be written (${code}).`, {
      next: "Give yourself write access to the workspace's ml-intern folder.",
      cause: error,
    });
  }
  return error;
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
