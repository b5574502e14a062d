/** What sending and fetching files build on, and how a box lists what a job made. */
import { z } from 'zod';
import type { Clock } from '../ports/common';
import type { LocalFiles } from '../ports/local-files';
import type { FileTransfer, StreamOptions } from '../ports/shell';
import type { Ask } from './ask';
import { amount, text } from './schema';

export interface StorageParts {
  ask: Ask;
  /** Runs a command of the box package and passes its output on. */
  stream(words: string[], options: StreamOptions): AsyncIterable<Uint8Array>;
  transfer: FileTransfer;
  local: LocalFiles;
  clock: Clock;
}

const longestPath = 4096;

export const listing = z.object({
  folder: z.string().max(longestPath),
  artifacts: z
    .array(
      z.object({
        path: z.string().max(longestPath),
        kind: z.enum(['file', 'folder', 'link', 'other']),
        bytes: amount,
        modifiedAt: z.number(),
        target: text(longestPath).optional(),
      }),
    )
    .max(50_000),
  complete: z.boolean(),
});

export type Listing = z.infer<typeof listing>;
