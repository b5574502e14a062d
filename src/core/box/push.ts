/** Sends files that the box lacks: small ones as one stream, large ones each from where an earlier try stopped. */
import { z } from 'zod';
import { MlInternError } from '../errors';
import type { LocalFile, PushReport, StorageOptions } from '../ports/box-files';
import { answered, Conversation } from './conversation';
import { persevere } from './persevere';
import type { StorageParts } from './storage-parts';

const largeBytes = 4 * 1024 * 1024;
/** A file of many GiB takes its time to be hashed on the box. */
const adoptTimeoutMs = 60 * 60_000;

const manifest = z.object({
  missing: z.array(z.string().max(64)).max(1_000_000),
  partial: z.record(z.string().max(64), z.int().nonnegative()),
  parts: z.string().max(4096),
  sender: z.string().max(64),
});
const adopted = z.object({ adopted: z.string() });
const received = z.object({ received: z.int() });

type Manifest = z.infer<typeof manifest>;

export async function pushFiles(
  parts: StorageParts,
  files: readonly LocalFile[],
  options: StorageOptions,
): Promise<PushReport> {
  const unique = [...new Map(files.map((file) => [file.sha256, file])).values()];
  const push = new Push(parts, unique, options);
  return persevere(
    parts.clock,
    () => push.moved,
    () => push.run(),
    options.signal,
  );
}

class Push {
  private lacked: { files: number; bytes: number } | undefined;
  /** Bytes of files that the box has whole. */
  private settled = 0;
  private ofLarge = 0;
  /** How far each large file is written for sure: a writer whose connection was cut may still leave holes behind that. */
  private readonly written = new Map<string, number>();
  /** As the box names us: what another window sends at the same time is kept apart. */
  private sender: string | undefined;
  /** The large file that is not sent from its start. */
  private resumed: string | undefined;

  constructor(
    private readonly parts: StorageParts,
    private readonly files: readonly LocalFile[],
    private readonly options: StorageOptions,
  ) {}

  /** What was sent for good so far: grows only when another try would have less to do. */
  get moved(): number {
    return this.settled + this.ofLarge;
  }

  async run(): Promise<PushReport> {
    try {
      return await this.attempt();
    } catch (error) {
      // The beginning that an earlier try left was no good; the box has thrown it away.
      if (!MlInternError.is(error, 'bad-input') || this.resumed === undefined) throw error;
      this.written.delete(this.resumed);
      return this.attempt();
    }
  }

  private async attempt(): Promise<PushReport> {
    const talk = new Conversation(this.parts.stream, ['take'], this.options.signal);
    try {
      talk.tell({ files: this.files.map((file) => [file.sha256, file.bytes]), sender: this.sender });
      const told = await answered(talk, manifest);
      this.sender = told.sender;
      const missing = new Set(told.missing);
      const wanted = this.files.filter((file) => missing.has(file.sha256));
      const lacked = (this.lacked ??= { files: wanted.length, bytes: total(wanted) });
      this.settled = lacked.bytes - total(wanted);
      this.progress(0);
      await this.sendSmall(
        talk,
        wanted.filter((file) => !isLarge(file)),
      );
      for (const file of wanted.filter(isLarge)) await this.sendLarge(file, told);
      return { sent: lacked.files, bytes: lacked.bytes, already: this.files.length - lacked.files };
    } finally {
      await talk.close();
    }
  }

  private async sendSmall(talk: Conversation, files: readonly LocalFile[]): Promise<void> {
    talk.tell({ sending: files.map((file) => file.sha256) });
    talk.send(this.counted(this.parts.local.contents(files)));
    talk.finish();
    const { received: taken } = await answered(talk, received);
    if (taken !== files.length) throw notTaken();
    this.settled += total(files);
  }

  private async *counted(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let sent = 0;
    for await (const chunk of chunks) {
      yield chunk;
      sent += chunk.length;
      this.progress(sent);
    }
  }

  private async sendLarge(file: LocalFile & { source: string }, { partial, parts, sender }: Manifest): Promise<void> {
    const { signal } = this.options;
    const have = Math.min(partial[file.sha256] ?? 0, this.written.get(file.sha256) ?? Infinity);
    const offset = have > file.bytes ? 0 : have;
    this.resumed = offset > 0 ? file.sha256 : undefined;
    let last = offset;
    const onProgress = (bytes: number) => {
      this.ofLarge += bytes - last;
      last = bytes;
      this.written.set(file.sha256, bytes);
      this.progress(bytes);
    };
    const part = `${parts}/${file.sha256}.${sender}.part`;
    if (offset < file.bytes || file.bytes === 0)
      await this.parts.transfer.upload(file.source, part, { offset, bytes: file.bytes, signal, onProgress });
    await this.parts.ask(adopted, ['adopt', file.sha256, sender], { signal, timeoutMs: adoptTimeoutMs });
    this.resumed = undefined;
    this.settled += file.bytes;
  }

  private progress(current: number): void {
    const totalBytes = this.lacked?.bytes ?? 0;
    this.options.onProgress?.({ bytes: Math.min(this.settled + current, totalBytes), totalBytes });
  }
}

function isLarge(file: LocalFile): file is LocalFile & { source: string } {
  return typeof file.source === 'string' && file.bytes > largeBytes;
}

function total(files: readonly LocalFile[]): number {
  return files.reduce((sum, file) => sum + file.bytes, 0);
}

function notTaken(): MlInternError {
  return new MlInternError('box-command', 'The box did not take all the files that were sent.', {
    next: 'Try again: what arrived whole is kept.',
  });
}
