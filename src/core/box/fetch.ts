/** Fetches artifacts: only what changed, verified by hash, and seen under its name only when it is whole. */
import { z } from 'zod';
import { MlInternError } from '../errors';
import { sha256 } from '../hash';
import { InFlight } from '../in-flight';
import type { FetchReport, StorageOptions } from '../ports/box-files';
import { planFetch, type Wanted } from './fetch-plan';
import { answered, Conversation } from './conversation';
import { persevere } from './persevere';
import { type Listing, listing, type StorageParts } from './storage-parts';

const largeBytes = 4 * 1024 * 1024;
/** Files of this size are held in memory, so that several are written at once. */
const tinyBytes = 64 * 1024;
const writesAhead = 16;
const hashTimeoutMs = 60 * 60_000;
const hashes = z.object({ hashes: z.array(z.string().max(64).nullable()).max(50_000) });
const header = z.union([
  z.object({ number: z.int().nonnegative(), sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int().nonnegative() }),
  z.object({ number: z.int().nonnegative(), missing: z.literal(true), sha256: z.undefined().optional() }),
]);

const gone = 'it is no longer there';

type Content = Uint8Array | AsyncIterable<Uint8Array>;

export interface FetchOrder {
  id: string;
  paths: readonly string[];
  folder: string;
}

export async function fetchArtifacts(
  parts: StorageParts,
  order: FetchOrder,
  options: StorageOptions,
): Promise<FetchReport> {
  const fetching = new Fetch(parts, order, options);
  await persevere(
    parts.clock,
    () => fetching.moved,
    () => fetching.attempt(),
    options.signal,
  );
  return fetching.report;
}

/** What is to be fetched, once the box has told what there is. */
interface Work {
  /** On the box. */
  folder: string;
  left: Map<Wanted, string>;
  totalBytes: number;
}

/** A file, and its place on this machine. */
type Placed = readonly [file: Wanted, place: string];

interface Coming {
  file: Wanted;
  place: string;
  hash: string;
}

class Fetch {
  /** Grows only when another try would have less to do. */
  moved = 0;
  readonly report: FetchReport;
  private work: Work | undefined;
  private openBytes = 0;

  constructor(
    private readonly parts: StorageParts,
    private readonly order: FetchOrder,
    private readonly options: StorageOptions,
  ) {
    this.report = { folder: order.folder, fetched: 0, bytes: 0, unchanged: 0, skipped: [] };
  }

  async attempt(): Promise<void> {
    const talk = new Conversation(this.parts.stream, ['send', this.order.id], this.options.signal);
    try {
      const told = await answered(talk, listing);
      const work = (this.work ??= await this.plan(told));
      // SFTP sends names as text: one that is none can only come in a stream, where names play no part.
      const isLarge = (file: Wanted) => file.bytes > largeBytes && file.name === file.path;
      const large = [...work.left].filter(([file]) => isLarge(file));
      const small = [...work.left].filter(([file]) => !isLarge(file));
      await this.fetchSmall(talk, work, small);
      const hashed = await this.hashesOf(large.map(([file]) => file));
      for (const [i, [file, place]] of large.entries()) {
        const hash = hashed[i] ?? undefined;
        if (hash === undefined) this.skip(work, file, gone);
        else await this.fetchLarge(work, { file, place, hash });
      }
    } finally {
      await talk.close();
    }
  }

  private async plan(told: Listing): Promise<Work> {
    const { wanted, skipped } = planFetch(told, this.order.paths);
    const totalBytes = wanted.reduce((sum, file) => sum + file.bytes, 0);
    const work = { folder: told.folder, left: new Map<Wanted, string>(), totalBytes };
    this.report.skipped.push(...skipped);
    this.openBytes = totalBytes;
    this.progress(work, 0);
    await this.leaveOut(work, await this.lookAt(work, wanted));
    return work;
  }

  /** Finds a place for each file; answers those where as long a file lies already. */
  private async lookAt(work: Work, wanted: readonly Wanted[]): Promise<Placed[]> {
    const placeOf = this.parts.local.places(this.order.folder);
    const looks = new InFlight<void>(writesAhead);
    const same: Placed[] = [];
    const look = async (file: Wanted) => {
      try {
        const { path, bytes } = await placeOf(file.name);
        work.left.set(file, path);
        if (bytes === file.bytes) same.push([file, path]);
      } catch (error) {
        if (!MlInternError.is(error, 'bad-input')) throw error;
        this.skip(work, file, error.message);
      }
    };
    for (const file of wanted) {
      if (looks.full) await looks.next();
      looks.add(look(file));
    }
    while (looks.size > 0) await looks.next();
    return same;
  }

  /** What lies here already, by its hash. */
  private async leaveOut(work: Work, same: readonly Placed[]): Promise<void> {
    const told = await this.hashesOf(same.map(([file]) => file));
    for (const [i, [file, place]] of same.entries()) {
      const here = await this.parts.local.hash(place, this.options.signal);
      if (here === told[i]) this.done(work, file, 'unchanged');
    }
  }

  private async fetchSmall(talk: Conversation, work: Work, files: readonly Placed[]): Promise<void> {
    if (files.length === 0) return talk.finish();
    talk.tell({ paths: files.map(([file]) => file.path) });
    const writes = new InFlight<void>(writesAhead);
    try {
      for (let received = 0; received < files.length; received++) {
        const head = await answered(talk, header);
        const [file, place] = files[head.number] ?? [];
        if (file === undefined || place === undefined || !work.left.has(file)) throw strange();
        if (writes.full) await writes.next();
        const { sha256: hash } = head;
        if (hash === undefined) this.skip(work, file, gone);
        else if (head.bytes > tinyBytes) await this.keepSmall(work, { file, place, hash }, talk.bytes(head.bytes));
        else writes.add(this.keepSmall(work, { file, place, hash }, await held(talk, head.bytes)));
      }
      while (writes.size > 0) await writes.next();
    } finally {
      await writes.settled();
    }
  }

  private async keepSmall(work: Work, { file, place, hash }: Coming, content: Content): Promise<void> {
    const part = partOf(place, hash);
    const actual = await this.parts.local.write(part, content, this.options.signal);
    await this.keep(work, file, part, place, actual === hash);
  }

  private async fetchLarge(work: Work, { file, place, hash }: Coming): Promise<void> {
    const { local } = this.parts;
    const { signal } = this.options;
    const part = partOf(place, hash);
    const have = (await local.size(part)) ?? 0;
    const offset = have > file.bytes ? 0 : have;
    await this.download(work, file, part, offset);
    let isRight = (await local.hash(part, signal)) === hash;
    if (!isRight && offset > 0) {
      // What an earlier try left was no good.
      await this.download(work, file, part, 0);
      isRight = (await local.hash(part, signal)) === hash;
    }
    await this.keep(work, file, part, place, isRight);
  }

  private async download(work: Work, file: Wanted, part: string, offset: number): Promise<void> {
    let last = offset;
    const onProgress = (bytes: number) => {
      this.moved += bytes - last;
      last = bytes;
      this.progress(work, bytes);
    };
    const remote = `${work.folder}/${file.path}`;
    const { bytes } = file;
    const { signal } = this.options;
    if (offset < bytes) await this.parts.transfer.download(remote, part, { offset, bytes, signal, onProgress });
  }

  private async keep(work: Work, file: Wanted, part: string, place: string, isRight: boolean): Promise<void> {
    if (isRight) {
      await this.parts.local.rename(part, place);
      this.done(work, file, 'fetched');
    } else {
      await this.parts.local.remove(part);
      this.skip(work, file, 'it changed while it was fetched; fetch it again');
    }
  }

  private async hashesOf(files: readonly Wanted[]): Promise<(string | null)[]> {
    if (files.length === 0) return [];
    const stdin = JSON.stringify({ paths: files.map((file) => file.path) });
    const { signal } = this.options;
    const words = ['hashes', this.order.id];
    return (await this.parts.ask(hashes, words, { stdin, signal, timeoutMs: hashTimeoutMs })).hashes;
  }

  private done(work: Work, file: Wanted, how: 'fetched' | 'unchanged'): void {
    this.report[how] += 1;
    if (how === 'fetched') this.report.bytes += file.bytes;
    this.settle(work, file);
  }

  private skip(work: Work, file: Wanted, why: string): void {
    this.report.skipped.push({ path: file.path, why });
    this.settle(work, file);
  }

  private settle(work: Work, file: Wanted): void {
    work.left.delete(file);
    this.openBytes -= file.bytes;
    this.moved += 1;
    this.progress(work, 0);
  }

  private progress({ totalBytes }: Work, current: number): void {
    const bytes = Math.min(totalBytes, totalBytes - this.openBytes + current);
    this.options.onProgress?.({ bytes, totalBytes });
  }
}

/** Beside its place, by its content and its name: neither another version nor a file of the same content is gone on with. */
function partOf(place: string, hash: string): string {
  const cut = place.lastIndexOf('/') + 1;
  return `${place.slice(0, cut)}.${hash.slice(0, 16)}.${sha256(place.slice(cut)).slice(0, 8)}.part`;
}

async function held(talk: Conversation, bytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of talk.bytes(bytes)) chunks.push(chunk);
  const [first, ...others] = chunks;
  return first !== undefined && others.length === 0 ? first : Buffer.concat(chunks);
}

function strange(): MlInternError {
  return new MlInternError('box-command', 'The box sent a file that was not asked for.', {
    next: 'Check what runs as you on the box, then try again.',
  });
}
