/** Reads a job's log: the lines that the box package prints in the container, wrapped in server-sent events. All else is noise. */
import { z } from 'zod';
import { MlInternError } from '../../core/errors';
import type { Frame } from '../../core/box/frames';
import { jobFile, jobStatusSchema, parseError, place } from '../../core/box/schema';
import type { JobFile } from '../../core/ports/box';
import { parseJson } from '../../core/json';

const longestLine = 512 * 1024;
const eventSchema = z.object({ data: z.string() });

const lineSchema = z.union([
  z.object({ status: jobStatusSchema }),
  z.object({ file: jobFile, offset: place, data: z.base64() }),
  z.object({ file: jobFile, offset: place, next: place }),
  z.object({ artifact: z.string().max(1000), bytes: place, part: place, parts: place.max(10_000), data: z.base64() }),
  z.object({ artifact: z.string().max(1000), bytes: place }),
  z.object({ error: z.unknown() }),
]);

/** `data` is absent where the file was too large for the log. */
export interface ArtifactLine {
  type: 'artifact';
  path: string;
  bytes: number;
  piece?: { part: number; parts: number; data: Uint8Array };
}

export class JobLines {
  private readonly decoder = new TextDecoder();
  private rest = '';

  /** What is said of another job is noise. */
  constructor(private readonly job: string) {}

  /** A line that is cut off at the end of a connection is never taken for a whole one. */
  *read(chunk: Uint8Array): Generator<Frame | ArtifactLine> {
    const lines = (this.rest + this.decoder.decode(chunk, { stream: true })).split('\n');
    this.rest = lines.pop() ?? '';
    if (this.rest.length > longestLine) throw endless();
    for (const line of lines) {
      const said = eventData(line);
      const item = said?.startsWith('{') === true ? told(said) : undefined;
      if (item && !(item.type === 'status' && item.status.id !== this.job)) yield item;
    }
  }
}

/** Turns jumps into gaps: a service that keeps only the newest lines leaves holes that will never be filled. */
export function* withGaps(
  items: Iterable<Frame | ArtifactLine>,
  places: Partial<Record<JobFile, number>>,
): Generator<Frame> {
  for (const item of items) {
    if (item.type === 'artifact') continue;
    if (item.type !== 'status') {
      const have = places[item.file] ?? 0;
      if (item.offset > have) yield { type: 'gap', file: item.file, offset: have, next: item.offset };
      const end = item.type === 'gap' ? item.next : item.offset + item.bytes.length;
      places[item.file] = Math.max(have, end);
    }
    yield item;
  }
}

function eventData(line: string): string | undefined {
  if (!line.startsWith('data: {')) return undefined;
  return eventSchema.safeParse(parseJson(line.slice(6))).data?.data;
}

function told(text: string): Frame | ArtifactLine | undefined {
  const line = lineSchema.safeParse(parseJson(text)).data;
  if (line === undefined) return undefined;
  if ('status' in line) return { type: 'status', status: line.status };
  if ('error' in line) throw parseError(text) ?? endless();
  if ('artifact' in line) return artifact(line);
  if ('next' in line) return { type: 'gap', ...line };
  return { type: 'data', file: line.file, offset: line.offset, bytes: Buffer.from(line.data, 'base64') };
}

function artifact(line: {
  artifact: string;
  bytes: number;
  part?: number;
  parts?: number;
  data?: string;
}): ArtifactLine {
  const { artifact: path, bytes, part, parts, data } = line;
  const whole = part !== undefined && parts !== undefined && data !== undefined;
  return { type: 'artifact', path, bytes, ...(whole && { piece: { part, parts, data: Buffer.from(data, 'base64') } }) };
}

function endless(): MlInternError {
  return new MlInternError('box-command', 'The log of the job holds what the ML Intern package did not write.', {
    next: 'Check the image of the setting mlIntern.hfJobs.image: it needs python3 and nothing that prints on its own.',
  });
}
