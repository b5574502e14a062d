/** `HttpCache` in a folder: a file an answer, written by rename, so that any number of processes may read and write at once. */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { HttpCache, KeptAnswer } from '../../core/ports/http-cache';
import { makeRoom } from './make-room';
import { parseJson } from '../../core/json';

export interface DiskCacheLimits {
  /** Of the whole folder; the answers used longest ago go first. */
  maxBytes: number;
  /** A larger answer is not kept. */
  maxAnswerBytes: number;
}

const usualLimits: DiskCacheLimits = { maxBytes: 512 * 2 ** 20, maxAnswerBytes: 100 * 2 ** 20 };
/** The folder is counted after every so many bytes that were written here. */
const shareBetweenCounts = 1 / 16;

const headShape = z.object({
  url: z.string(),
  status: z.number(),
  headers: z.record(z.string(), z.string()),
  at: z.number(),
  bytes: z.number(),
});

export class DiskCache implements HttpCache {
  private writtenSinceCount = Number.POSITIVE_INFINITY;
  private readonly limits: DiskCacheLimits;

  constructor(
    private readonly folder: string,
    limits: Partial<DiskCacheLimits> = {},
  ) {
    this.limits = { ...usualLimits, ...limits };
  }

  async read(key: string): Promise<KeptAnswer | undefined> {
    const path = this.pathOf(key);
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes === undefined) return undefined;
    const answer = parsed(bytes);
    if (answer === undefined) await this.forget(key);
    // The time of the last use decides what may go.
    else await utimes(path, new Date(), new Date()).catch(() => undefined);
    return answer;
  }

  async write(key: string, answer: KeptAnswer): Promise<void> {
    const { body, ...rest } = answer;
    if (body.length > this.limits.maxAnswerBytes) return this.forget(key);
    const head = Buffer.from(`${JSON.stringify({ ...rest, bytes: body.length })}\n`);
    // No room, no right to write: then nothing is kept, and whoever asked has the answer all the same.
    const written = await replace(this.pathOf(key), Buffer.concat([head, body])).catch(() => false);
    if (written) await this.count(head.length + body.length);
  }

  async forget(key: string): Promise<void> {
    await rm(this.pathOf(key), { force: true }).catch(() => undefined);
  }

  private pathOf(key: string): string {
    return join(this.folder, key.slice(0, 2), key);
  }

  private async count(bytes: number): Promise<void> {
    this.writtenSinceCount += bytes;
    if (this.writtenSinceCount < this.limits.maxBytes * shareBetweenCounts) return;
    this.writtenSinceCount = 0;
    await makeRoom(this.folder, this.limits.maxBytes);
  }
}

async function replace(path: string, bytes: Uint8Array): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, bytes, { mode: 0o600 });
    await rename(temporary, path);
    return true;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Undefined for a file that is torn or not ours. */
function parsed(bytes: Buffer): KeptAnswer | undefined {
  const end = bytes.indexOf(10);
  const head = end < 0 ? undefined : headShape.safeParse(parseJson(bytes.toString('utf8', 0, end))).data;
  const body = bytes.subarray(end + 1);
  if (head?.bytes !== body.length) return undefined;
  const { url, status, headers, at } = head;
  return { url, status, headers, at, body };
}
