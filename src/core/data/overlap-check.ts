/** Asks the box's Python to check files for evaluation items: the one engine, on the local machine or on a box. */
import { z } from 'zod';
import { bootstrap } from '../box/bootstrap';
import { shellQuote } from '../box/quote';
import { parseError } from '../box/schema';
import { MlInternError } from '../errors';
import type { Shell } from '../ports/shell';

export interface OverlapOrder {
  /** Absolute, or on a box from the home folder on. */
  train: string[];
  eval: string;
  columns?: { question: string; answer?: string };
  /** Where to write the rows that do not overlap: a file, or a folder for several. */
  remove?: string;
  processes?: number;
  /** A local path or a Hub id: rows that mean the same as an item count too. */
  embeddingModel?: string;
  semanticThreshold?: number;
}

export const hitKinds = ['verbatim', 'near', 'answer', 'semantic'] as const;
const hitSchema = z.object({
  row: z.number(),
  item: z.number(),
  score: z.number(),
  kind: z.enum(hitKinds),
  file: z.string().optional(),
});
const resultSchema = z.object({
  rows: z.number(),
  items: z.number(),
  seconds: z.number(),
  hits: z.array(hitSchema),
  hitCount: z.number(),
  /** Whether `hits` holds all of them. */
  complete: z.boolean(),
  flaggedRows: z.number(),
  flaggedItems: z.number(),
  kinds: z.partialRecord(z.enum(hitKinds), z.number()),
  files: z.array(z.object({ file: z.string(), rows: z.number(), flaggedRows: z.number(), unreadable: z.number() })),
  examples: z.array(hitSchema.extend({ rowText: z.string(), itemText: z.string() })),
  unreadable: z.number(),
  problems: z.array(
    z.object({ file: z.string().optional(), eval: z.boolean().optional(), line: z.number(), problem: z.string() }),
  ),
  /** What the rows name as their source, with counts. */
  sources: z.record(z.string(), z.number()),
  semantic: z.object({ model: z.string() }).nullable(),
  removed: z
    .object({
      rows: z.number(),
      unreadable: z.number(),
      kept: z.number(),
      files: z.array(z.string()),
      record: z.string(),
    })
    .optional(),
});
const lineSchema = z.object({
  progress: z.object({ rows: z.number() }).optional(),
  result: resultSchema.optional(),
});

export type OverlapResult = z.infer<typeof resultSchema>;
export type OverlapHit = z.infer<typeof hitSchema>;

export interface OverlapPlace {
  shell: Shell;
  root: string;
  packageFiles: Readonly<Record<string, string>>;
}

export interface OverlapWatch {
  signal?: AbortSignal;
  onProgress?: (rows: number) => void;
}

const longestAnswer = 256 * 1024 * 1024;

export async function checkFiles(
  place: OverlapPlace,
  order: OverlapOrder,
  { signal, onProgress }: OverlapWatch = {},
): Promise<OverlapResult> {
  const box = await bootstrap(place.shell, place.root, place.packageFiles);
  const given = JSON.stringify({ ...order, root: box.root, base: '~' });
  const program = ['python3', '-m', 'ml_intern_box.overlap', '--order', given].map(shellQuote).join(' ');
  // From the package's own folder: a json.py in someone's home must not come before the standard library.
  const command = `cd ${shellQuote(box.package)} && exec ${program}`;
  for await (const line of linesOf(place.shell.stream(command, { signal }))) {
    const failure = parseError(line);
    if (failure) throw failure;
    const said = readLine(line);
    if (said?.progress) onProgress?.(said.progress.rows);
    if (said?.result) return said.result;
  }
  throw new MlInternError('box-command', `The overlap check on ${place.shell.name} ended without a result.`, {
    next: 'See whether the machine is short of memory, then check again.',
  });
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const pieces = decoder.decode(chunk, { stream: true }).split('\n');
    for (const piece of pieces.slice(0, -1)) {
      yield [...parts, piece].join('');
      parts = [];
      length = 0;
    }
    const rest = pieces.at(-1) ?? '';
    parts.push(rest);
    length += rest.length;
    if (length > longestAnswer)
      throw new MlInternError('box-command', 'The overlap check answers without end.', {
        next: 'Check what the login scripts of the box print, then try again.',
      });
  }
}

/** Undefined for what a login script printed. */
function readLine(line: string): z.infer<typeof lineSchema> | undefined {
  try {
    return lineSchema.parse(JSON.parse(line));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
