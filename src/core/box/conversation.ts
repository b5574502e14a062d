/** A command of the box that is talked with: what it says is read line by line or as bytes, what it is told may depend on that. */
import type { z } from 'zod';
import { MlInternError } from '../errors';
import type { StreamOptions } from '../ports/shell';
import { parseAnswer } from './schema';

type Bytes = AsyncIterable<Uint8Array>;
type OpenStream = (words: string[], options: StreamOptions) => Bytes;

const newline = 10;
const longestLine = 256 * 1024 * 1024;

export class Conversation {
  private readonly output: AsyncIterator<Uint8Array>;
  private readonly speech = new Speech();
  private rest: Uint8Array = new Uint8Array();

  constructor(stream: OpenStream, words: string[], signal: AbortSignal | undefined) {
    this.output = stream(words, { stdin: this.speech, signal })[Symbol.asyncIterator]();
  }

  tell(value: unknown): void {
    this.speech.add(once(Buffer.from(`${JSON.stringify(value)}\n`)));
  }

  send(bytes: Bytes): void {
    this.speech.add(bytes);
  }

  /** Nothing more will be told. */
  finish(): void {
    this.speech.end();
  }

  /** The next line; undefined when the command has ended. Throws what the command failed with. */
  async line(): Promise<string | undefined> {
    const parts: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      if (this.rest.length === 0 && !(await this.more())) return parts.length === 0 ? undefined : textOf(parts);
      const end = this.rest.indexOf(newline);
      const part = this.take(end < 0 ? this.rest.length : end + 1);
      parts.push(part);
      length += part.length;
      if (end >= 0 || length > longestLine) return textOf(parts);
    }
  }

  /** Exactly so many bytes, in the pieces in which they come; fewer when the command ended early. */
  async *bytes(count: number): AsyncGenerator<Uint8Array> {
    for (let left = count; left > 0;) {
      if (this.rest.length === 0 && !(await this.more())) return;
      const piece = this.take(Math.min(left, this.rest.length));
      left -= piece.length;
      yield piece;
    }
  }

  /** Ends the command if it still runs. */
  async close(): Promise<void> {
    this.finish();
    await this.output.return?.(undefined);
  }

  private async more(): Promise<boolean> {
    const next = await this.output.next();
    if (next.done) return false;
    this.rest = next.value;
    return true;
  }

  private take(count: number): Uint8Array {
    const taken = this.rest.subarray(0, count);
    this.rest = this.rest.subarray(count);
    return taken;
  }
}

/** The next line as an answer. Throws what the command failed with, or `box-lost-contact` where it ended without a word. */
export async function answered<T>(talk: Conversation, schema: z.ZodType<T>): Promise<T> {
  const line = await talk.line();
  const answer = line === undefined ? undefined : parseAnswer(schema, line);
  if (answer !== undefined) return answer;
  // A command that failed says why in its last line and by its exit code, which shows when its output is read to the end.
  while ((await talk.line()) !== undefined);
  throw new MlInternError('box-lost-contact', 'The box broke off in the middle of an exchange of files.', {
    next: 'Try again: what arrived whole is kept.',
  });
}

/** What is told, in the order in which it was added, while it is being added. */
class Speech implements Bytes {
  private readonly waiting: (Bytes | undefined)[] = [];
  private wake: () => void = () => undefined;

  add(part: Bytes): void {
    this.waiting.push(part);
    this.wake();
  }

  end(): void {
    this.waiting.push(undefined);
    this.wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      while (this.waiting.length === 0) await new Promise<void>((resolve) => (this.wake = resolve));
      const part = this.waiting.shift();
      if (part === undefined) return;
      yield* part;
    }
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

function textOf(parts: readonly Uint8Array[]): string {
  return Buffer.concat(parts).toString();
}
