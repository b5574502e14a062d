/** The counts that the box gives with a compiled recipe, read as what they are: an answer from outside. */
import { z } from 'zod';
import type { RenderedSample, Waterfall } from '../run/recipe';

const count = z.int().nonnegative();
const stages = z.array(z.object({ name: z.string().max(200), rows: count })).max(200);
const unmapped = z.record(z.string().max(100), count);

export const waterfallSchema = z.object({
  ...{ stages, unmapped, rows: count, tokens: count.nullable(), sha256: z.string().regex(/^[0-9a-f]{64}$/) },
  sources: z.array(z.object({ dataset: z.string().max(4096), stages, unmapped })).max(100),
}) satisfies z.ZodType<Waterfall>;

const span = z.object({ text: z.string().max(2000), trained: z.boolean() });

/** Some of those rows as the model sees them. */
export const renderedSchema = z.object({
  ...{ tokenizer: z.string().max(4096), looked: count, problem: z.string().max(2000).optional() },
  findings: z
    .array(z.object({ rule: z.string().max(100), rows: count, row: count, message: z.string().max(2000) }))
    .max(50),
  rows: z.array(z.object({ row: count, tokens: count, spans: z.array(span).max(50) })).max(20),
}) satisfies z.ZodType<RenderedSample>;
