/** Turns at a host among all processes of this machine: a file a host with the time when it is free again, changed under a lock. */
import { mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../core/ports/common';
import type { HostTurns } from '../../core/ports/http-cache';

const pauseMs = 20;
const mostPauses = 100;
/** Whoever held a lock for so long has died. */
const deadLockMs = 5000;
/** More turns than this are not waiting: the time in the file is then of another clock. */
const mostWaiting = 60;

export class FileTurns implements HostTurns {
  constructor(
    private readonly folder: string,
    private readonly clock: Clock,
  ) {}

  /** Where the folder cannot be used, each process keeps its distance on its own. */
  async take(host: string, spacingMs: number): Promise<number> {
    const path = join(this.folder, `turn-${host.replace(/[^A-Za-z0-9.-]/g, '_')}`);
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      const release = await this.lock(`${path}.lock`);
      try {
        return await this.next(path, spacingMs);
      } finally {
        await release();
      }
    } catch {
      return 0;
    }
  }

  private async next(path: string, spacingMs: number): Promise<number> {
    const now = this.clock.now();
    const free = Number(await readFile(path, 'utf8').catch(() => '0'));
    const isPlausible = free > now && free <= now + mostWaiting * spacingMs;
    const turn = isPlausible ? free : now;
    await writeFile(path, String(turn + spacingMs));
    return turn - now;
  }

  private async lock(path: string): Promise<() => Promise<void>> {
    for (let pause = 0; pause < mostPauses; pause++) {
      const file = await open(path, 'wx').catch(() => undefined);
      if (file !== undefined) {
        await file.close();
        return () => rm(path, { force: true });
      }
      if (await isDead(path)) await rm(path, { force: true });
      else await this.clock.sleep(pauseMs);
    }
    throw new Error(`${path} stays taken`);
  }
}

async function isDead(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > deadLockMs;
}
