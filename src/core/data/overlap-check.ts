/** Asks the box's Python to check files for evaluation items: the one engine, on the local machine or on a box. */
import { z } from 'zod';
import { runProgram, type ProgramPlace } from '../box/program';
import type { OverlapKind } from '../run/types';

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

export const hitKinds = ['verbatim', 'near', 'answer', 'semantic'] as const satisfies readonly OverlapKind[];
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
export type OverlapResult = z.infer<typeof resultSchema>;
export type OverlapHit = z.infer<typeof hitSchema>;

export interface OverlapWatch {
  signal?: AbortSignal;
  onProgress?: (rows: number) => void;
}

const program = {
  ...{ name: 'The overlap check', module: 'overlap' },
  ...{ progress: z.object({ rows: z.number() }), result: resultSchema },
};

export function checkFiles(
  place: ProgramPlace,
  order: OverlapOrder,
  { signal, onProgress }: OverlapWatch = {},
): Promise<OverlapResult> {
  return runProgram(place, program, order, {
    ...(signal ? { signal } : {}),
    ...(onProgress ? { onProgress: ({ rows }) => onProgress(rows) } : {}),
  });
}
