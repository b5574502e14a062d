/** What a tokenizer puts around a text by itself, as the post-processor of its `tokenizer.json` says. */
import { z } from 'zod';

const special = z.object({ SpecialToken: z.object({ id: z.string() }) });
const templateSchema = z.object({
  type: z.literal('TemplateProcessing'),
  single: z.array(z.unknown()),
  special_tokens: z.record(z.string(), z.object({ tokens: z.array(z.string()) })).default({}),
});
const sequenceSchema = z.object({ type: z.literal('Sequence'), processors: z.array(z.unknown()) });
const fileSchema = z.object({ post_processor: z.unknown() });

/** Whether `token` comes before every text. What cannot be read puts nothing there. */
export function putsFirst(tokenizer: string, token: string): boolean {
  try {
    return firstOf(fileSchema.parse(JSON.parse(tokenizer)).post_processor) === token;
  } catch {
    return false;
  }
}

function firstOf(processor: unknown): string | undefined {
  const sequence = sequenceSchema.safeParse(processor);
  if (sequence.success) return sequence.data.processors.map(firstOf).find((found) => found !== undefined);
  const template = templateSchema.safeParse(processor);
  if (!template.success) return undefined;
  const first = special.safeParse(template.data.single[0]);
  if (!first.success) return undefined;
  const { id } = first.data.SpecialToken;
  return template.data.special_tokens[id]?.tokens[0] ?? id;
}
