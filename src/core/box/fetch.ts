/** Fetches artifacts: only what changed, verified by hash, and seen under its name only when it is whole. */
import { z } from 'zod';
import { MlInternError } from '../errors';
import { InFlight } from '../in-flight';
import type { FetchReport, StorageOptions } from '../ports/box-files';
import { type FetchPlan, planFetch, type Wanted } from './fetch-plan';
import { persevere } from './persevere';
import type { Listing, StorageParts } from './storage-parts';

const largeBytes = 4 * 1024 * 1024;
/** Files of this size are held in memory, so that several are written at once. */
const tinyBytes = 64 * 1024;
const writesAhead = 16;
const hashTimeoutMs = 60 * 60_000;
const hashes = z.object({ hashes: z.array(z.string().max(64).nullable()).max(50_000) });
const member = /^(\d{1,6})\.([0-9a-f]{64})$/;

export interface FetchOrder {
  id: string;
  listing: Listing;
  paths: readonly string[];
  folder: string;
}

export async function fetchArtifacts(
  parts: StorageParts,
  order: FetchOrder,
  options: StorageOptions,
): Promise<FetchReport> {
  const fetching = new Fetch(parts, order, planFetch(order.listing, order.paths), options);
  await fetching.compare();
  await persevere(
    parts.clock,
    () => fetching.moved,
    () => fetching.attempt(),
    options.signal,
  );
  return fetching.report;
}

class Fetch {
  /** Grows only when another try would have less to do. */
  moved = 0;
  readonly report: FetchReport;
  private readonly left: Set<Wanted>;
  private readonly totalBytes: number;
  private openBytes: number;
  private readonly place: (path: string) => Promise<string>;

  constructor(
    private readonly parts: StorageParts,
    private readonly order: FetchOrder,
    plan: FetchPlan,
    private readonly options: StorageOptions,
  ) {
    this.left = new Set(plan.wanted);
    this.totalBytes = plan.wanted.reduce((sum, file) => sum + file.bytes, 0);
    this.openBytes = this.totalBytes;
    this.place = parts.local.places(order.folder);
    this.report = { folder: order.folder, fetched: 0, bytes: 0, unchanged: 0, skipped: plan.skipped };
    this.progress(0);
  }

  /** Leaves out what lies here already. */
  async compare(): Promise<void> {
    const { local } = this.parts;
    const same: Wanted[] = [];
    for (const file of [...this.left]) {
      const place = await this.placeOf(file);
      if (place !== undefined && (await local.size(place)) === file.bytes) same.push(file);
    }
    const told = await this.hashesOf(same);
    for (const [i, file] of same.entries()) {
      const here = await local.hash(await this.place(file.name), this.options.signal);
      if (here === told[i]) this.done(file, 'unchanged');
    }
  }

  async attempt(): Promise<void> {
    // SFTP sends names as text: one that is none can only come in a stream, where names play no part.
    const isLarge = (file: Wanted) => file.bytes > largeBytes && file.name === file.path;
    const large = [...this.left].filter(isLarge);
    await this.fetchSmall([...this.left].filter((file) => !isLarge(file)));
    const told = await this.hashesOf(large);
    for (const [i, file] of large.entries()) await this.fetchLarge(file, told[i] ?? undefined);
  }

  private async fetchSmall(files: readonly Wanted[]): Promise<void> {
    if (files.length === 0) return;
    const { signal } = this.options;
    const stdin = each([Buffer.from(JSON.stringify({ paths: files.map((file) => file.path) }))]);
    const stream = this.parts.stream(['send', this.order.id], { stdin, signal });
    const writes = new InFlight<void>(writesAhead);
    try {
      for await (const { name, content } of this.parts.local.unpack(stream)) {
        const [, index = '', hash] = member.exec(name) ?? [];
        const file = files[Number(hash === undefined ? parseMissing(name) : index)];
        if (file === undefined || !this.left.has(file)) throw strange();
        if (writes.full) await writes.next();
        if (hash === undefined) this.skip(file, 'it is no longer there');
        else if (file.bytes > tinyBytes) await this.keepSmall(file, hash, content);
        else writes.add(this.keepSmall(file, hash, await held(content, file.bytes)));
      }
      while (writes.size > 0) await writes.next();
    } finally {
      await writes.settled();
    }
    if (files.some((file) => this.left.has(file))) throw cutOff();
  }

  private async keepSmall(file: Wanted, hash: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    const { local } = this.parts;
    const place = await this.place(file.name);
    const part = partOf(place, hash);
    const actual = await local.write(part, content, this.options.signal);
    await this.keep(file, part, place, actual === hash);
  }

  private async fetchLarge(file: Wanted, hash: string | undefined): Promise<void> {
    if (hash === undefined) return this.skip(file, 'it is no longer there');
    const { local } = this.parts;
    const { signal } = this.options;
    const place = await this.place(file.name);
    const part = partOf(place, hash);
    const have = (await local.size(part)) ?? 0;
    const offset = have > file.bytes ? 0 : have;
    await this.download(file, part, offset);
    let isRight = (await local.hash(part, signal)) === hash;
    if (!isRight && offset > 0) {
      // What an earlier try left was no good.
      await this.download(file, part, 0);
      isRight = (await local.hash(part, signal)) === hash;
    }
    await this.keep(file, part, place, isRight);
  }

  private async download(file: Wanted, part: string, offset: number): Promise<void> {
    let last = offset;
    const onProgress = (bytes: number) => {
      this.moved += bytes - last;
      last = bytes;
      this.progress(bytes);
    };
    const remote = `${this.order.listing.folder}/${file.path}`;
    const { signal } = this.options;
    if (offset < file.bytes) await this.parts.transfer.download(remote, part, { offset, signal, onProgress });
  }

  private async keep(file: Wanted, part: string, place: string, isRight: boolean): Promise<void> {
    if (isRight) {
      await this.parts.local.rename(part, place);
      this.done(file, 'fetched');
    } else {
      await this.parts.local.remove(part);
      this.skip(file, 'it changed while it was fetched; fetch it again');
    }
  }

  private async placeOf(file: Wanted): Promise<string | undefined> {
    try {
      return await this.place(file.name);
    } catch (error) {
      if (!MlInternError.is(error, 'bad-input')) throw error;
      this.skip(file, error.message);
      return undefined;
    }
  }

  private async hashesOf(files: readonly Wanted[]): Promise<(string | null)[]> {
    if (files.length === 0) return [];
    const stdin = JSON.stringify({ paths: files.map((file) => file.path) });
    const { signal } = this.options;
    const words = ['hashes', this.order.id];
    return (await this.parts.ask(hashes, words, { stdin, signal, timeoutMs: hashTimeoutMs })).hashes;
  }

  private done(file: Wanted, how: 'fetched' | 'unchanged'): void {
    this.report[how] += 1;
    if (how === 'fetched') this.report.bytes += file.bytes;
    this.settle(file);
  }

  private skip(file: Wanted, why: string): void {
    this.report.skipped.push({ path: file.path, why });
    this.settle(file);
  }

  private settle(file: Wanted): void {
    this.left.delete(file);
    this.openBytes -= file.bytes;
    this.moved += 1;
    this.progress(0);
  }

  private progress(current: number): void {
    const bytes = Math.min(this.totalBytes, this.totalBytes - this.openBytes + current);
    this.options.onProgress?.({ bytes, totalBytes: this.totalBytes });
  }
}

/** Beside its place and by its content, so that the beginning of another version is never gone on with. */
function partOf(place: string, hash: string): string {
  const cut = place.lastIndexOf('/') + 1;
  return `${place.slice(0, cut)}.${hash.slice(0, 16)}.part`;
}

function parseMissing(name: string): string {
  return /^(\d{1,6})\.missing$/.exec(name)?.[1] ?? 'none';
}

/** The whole content, or as much of it as there may be: more than was listed shows in the hash. */
async function held(content: AsyncIterable<Uint8Array>, most: number): Promise<AsyncIterable<Uint8Array>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of content) {
    if (bytes <= most) chunks.push(chunk);
    bytes += chunk.length;
  }
  return each(chunks);
}

async function* each(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* await Promise.resolve(chunks);
}

function cutOff(): MlInternError {
  return new MlInternError('box-lost-contact', 'The stream of files from the box ended early.', {
    next: 'Try again: what arrived is kept.',
  });
}

function strange(): MlInternError {
  return new MlInternError('box-command', 'The box sent a file that was not asked for.', {
    next: 'Check what runs as you on the box, then try again.',
  });
}
