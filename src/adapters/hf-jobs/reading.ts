/** Files of a job, put together from its log. */
import { inflateSync } from 'node:zlib';
import { MlInternError } from '../../core/errors';
import type { JobFile } from '../../core/ports/box';
import type { Frame } from '../../core/box/frames';
import type { ArtifactLine } from './job-lines';

const tailed: readonly string[] = ['metrics.jsonl', 'stdout.log', 'stderr.log', 'telemetry.jsonl'] satisfies JobFile[];
const mostBytes = 64 * 1024 * 1024;
/** Artifacts are packed into the log only when they are small. */
const mostUnpacked = 16 * 1024 * 1024;

export type Place = { offset: number; limit: number };

/** Refuses what leaves the job's folder, before anything is asked. */
export function checkPath(path: string): void {
  const parts = path.split('/');
  const plain = parts.every((part) => part !== '' && part !== '.' && part !== '..') && !path.includes('\0');
  if (!plain) {
    const message = `The path ${JSON.stringify(path)} does not stay inside its folder.`;
    throw new MlInternError('bad-input', message, { next: 'Use a plain relative path.' });
  }
}

export function isLog(path: string): path is JobFile {
  return tailed.includes(path);
}

/** Gathers one log file, or one part of it. */
export class LogFile {
  private readonly parts: Uint8Array[] = [];
  private size = 0;

  constructor(
    private readonly file: JobFile,
    private readonly place: Place | undefined,
  ) {}

  /** False when all that was wanted is there. */
  take(item: Frame | ArtifactLine): boolean {
    if (item.type !== 'data' || item.file !== this.file) return true;
    const start = this.place?.offset ?? 0;
    const end = this.place ? start + this.place.limit : Infinity;
    const bytes = item.bytes.subarray(Math.max(0, start - item.offset), Math.max(0, end - item.offset));
    this.size += bytes.length;
    if (this.size > mostBytes) throw tooLarge(this.file);
    this.parts.push(bytes);
    return item.offset + item.bytes.length < end;
  }

  content(): Uint8Array {
    return Buffer.concat(this.parts);
  }
}

/** Gathers the artifacts that came with the log. */
export class Artifacts {
  private readonly found = new Map<string, { bytes: number; pieces: Uint8Array[]; parts: number }>();

  take(item: Frame | ArtifactLine): void {
    if (item.type !== 'artifact') return;
    const known = this.found.get(item.path) ?? { bytes: item.bytes, pieces: [], parts: 0 };
    this.found.set(item.path, known);
    if (item.piece === undefined) return;
    known.parts = item.piece.parts;
    known.pieces[item.piece.part] = item.piece.data;
  }

  /** Undefined when the job left no such file. `lies` says where files are that were too large for the log. */
  content(path: string, lies: string): Uint8Array | undefined {
    const found = this.found.get(path);
    if (found === undefined) return undefined;
    const whole =
      found.parts > 0 && Array.from({ length: found.parts }, (_, part) => found.pieces[part]).every(Boolean);
    if (whole) return inflateSync(Buffer.concat(found.pieces), { maxOutputLength: mostUnpacked });
    throw new MlInternError('bad-input', `${path} (${found.bytes} bytes) is too large for the log of the job.`, {
      next: `It lies in the bucket, at ${lies}/${path}: copy it from there.`,
    });
  }
}

function tooLarge(path: string): MlInternError {
  return new MlInternError('bad-input', `The file ${path} is too large to be read at once.`, {
    next: 'Read it in parts.',
  });
}
