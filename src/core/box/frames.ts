/**
 * Reads what the follower on the box sends: JSON header lines, each data header followed by exactly so many raw bytes.
 * Bytes are passed on in the pieces in which they came, so nothing but one line and one chunk is ever held.
 */
import { MlInternError } from '../errors';
import type { JobUpdate } from '../ports/box';
import { followHeader, parseError } from './schema';
import { parseJson } from '../json';

const longestLine = 512 * 1024;
const newline = 10;

export type Frame = Exclude<JobUpdate, { type: 'contact' }>;
type DataFrame = Extract<Frame, { type: 'data' }>;

/** The frames of a job's stream, by the chunks in which they come. */
export async function* readFrames(chunks: AsyncIterable<Uint8Array>, job: string): AsyncGenerator<Iterable<Frame>> {
  const reader = new FrameReader();
  for await (const chunk of chunks) yield onlyOf(job, reader.read(chunk));
}

function* onlyOf(job: string, frames: Iterable<Frame>): Generator<Frame> {
  for (const frame of frames) {
    if (frame.type === 'status' && frame.status.id !== job) throw notOurs('the state of another job');
    yield frame;
  }
}

export class FrameReader {
  private line: Uint8Array[] = [];
  private lineLength = 0;
  /** The bytes of this header are being read. */
  private payload: { file: DataFrame['file']; offset: number; left: number } | undefined;
  private begun = false;

  /** The frames in a chunk; what is not complete yet is kept for the next. */
  *read(chunk: Uint8Array): Generator<Frame> {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.payload) {
        const bytes = rest.subarray(0, this.payload.left);
        rest = rest.subarray(bytes.length);
        yield this.takeBytes(this.payload, bytes);
      } else {
        const end = rest.indexOf(newline);
        this.keep(end < 0 ? rest : rest.subarray(0, end));
        if (end < 0) return;
        rest = rest.subarray(end + 1);
        yield* this.takeLine();
      }
    }
  }

  private takeBytes(payload: NonNullable<typeof this.payload>, bytes: Uint8Array): DataFrame {
    const { file, offset, left } = payload;
    this.payload = left > bytes.length ? { file, offset: offset + bytes.length, left: left - bytes.length } : undefined;
    return { type: 'data', file, offset, bytes };
  }

  private keep(part: Uint8Array): void {
    this.lineLength += part.length;
    if (this.lineLength > longestLine) throw notOurs('a line without end');
    this.line.push(part);
  }

  private *takeLine(): Generator<Frame> {
    const text = Buffer.concat(this.line).toString();
    this.line = [];
    this.lineLength = 0;
    const header = followHeader.safeParse(parseJson(text)).data;
    // Login scripts may print before the follower speaks. Later on, reading past what is not understood would take a job's own output for the box's word.
    if (header === undefined && !this.begun) return;
    if (header === undefined) throw notOurs('something that is not understood');
    this.begun = true;
    if ('error' in header) throw parseError(text) ?? notOurs('an error that is not understood');
    if ('status' in header) yield { type: 'status', status: header.status };
    else if ('next' in header) yield { type: 'gap', ...header };
    else if (header.bytes > 0) this.payload = { file: header.file, offset: header.offset, left: header.bytes };
  }
}

function notOurs(what: string): MlInternError {
  return new MlInternError('box-command', `The box sent ${what}; what it runs is not the ML Intern package.`, {
    next: 'Check what the login scripts of the box print, then try again.',
  });
}
