/** The box's housekeeping, asked for through its command line. */
import { z } from 'zod';
import type { BoxKeeping, BoxUsage, CleanReport } from '../ports/box-keeping';
import type { Ask } from './ask';
import { amount, jobKind, jobState, text } from './schema';

const usageTimeoutMs = 2 * 60_000;
/** Deleting a large cache takes its time. */
const cleanTimeoutMs = 30 * 60_000;
const most = 10_000;

const usage = z.object({
  root: text(4000),
  bytes: amount,
  parts: z.object({ jobs: amount, envs: amount, cache: amount, files: amount, box: amount, other: amount }),
  jobs: z
    .array(z.object({ id: z.string().max(100), kind: jobKind, state: jobState, bytes: amount, lastUsed: amount }))
    .max(most),
  environments: z
    .array(
      z.object({
        hash: text(100),
        name: text(100),
        ready: z.boolean(),
        building: z.boolean().optional(),
        bytes: amount,
        lastUsed: amount,
      }),
    )
    .max(most),
  oldest: amount.nullable(),
  complete: z.boolean(),
  foreign: amount,
  diskFreeBytes: amount,
}) satisfies z.ZodType<BoxUsage>;

const report = z.object({
  items: z
    .array(
      z.object({
        kind: z.enum(['job', 'environment', 'package', 'temporary', 'cache', 'file']),
        name: text(300),
        why: text(300),
        bytes: amount,
        lastUsed: amount,
      }),
    )
    .max(most),
  bytes: amount,
  removed: z.boolean(),
  complete: z.boolean(),
  kept: z.array(z.object({ name: text(300), why: text(300) })).max(most),
}) satisfies z.ZodType<CleanReport>;

export function boxKeeping(ask: Ask): BoxKeeping {
  return {
    usage: async (signal) => (await ask(z.object({ usage }), ['usage'], { signal, timeoutMs: usageTimeoutMs })).usage,
    clean: async ({ olderThanDays, caches, remove }, signal) => {
      const words = ['clean', '--days', String(olderThanDays)];
      if (caches) words.push('--caches');
      if (remove) words.push('--remove');
      return (await ask(z.object({ clean: report }), words, { signal, timeoutMs: cleanTimeoutMs })).clean;
    },
  };
}
