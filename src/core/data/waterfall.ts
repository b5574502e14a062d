/** The counts that the box gives with a compiled recipe, read as what they are: an answer from outside. */
import { z } from 'zod';
import type { Waterfall } from '../run/recipe';

const count = z.int().nonnegative();
const stages = z.array(z.object({ name: z.string().max(200), rows: count })).max(200);
const unmapped = z.record(z.string().max(100), count);

export const waterfallSchema = z.object({
  ...{ stages, unmapped, rows: count, tokens: count.nullable(), sha256: z.string().regex(/^[0-9a-f]{64}$/) },
  sources: z.array(z.object({ dataset: z.string().max(4096), stages, unmapped })).max(100),
}) satisfies z.ZodType<Waterfall>;
