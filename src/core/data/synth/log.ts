/** What was paid for: each answer is kept as it came, before anything is made of it, so that no request is ever paid twice. */
import { z } from 'zod';

const entrySchema = z.object({
  ...{ id: z.string(), kind: z.enum(['write', 'solve']), cell: z.number(), text: z.string(), model: z.string() },
  ...{ inputTokens: z.number(), outputTokens: z.number(), estimated: z.boolean(), cut: z.boolean() },
  ...{ usd: z.number().nullable(), time: z.string() },
});
export type SynthEntry = z.infer<typeof entrySchema>;

export interface SynthLog {
  read(): Promise<string>;
  append(text: string): Promise<void>;
}

export async function readLog(log: SynthLog): Promise<Map<string, SynthEntry>> {
  const text = await log.read();
  // A last line that was torn would run into the next one.
  if (text !== '' && !text.endsWith('\n')) await log.append('\n');
  const entries = text.split('\n').flatMap((line) => entryOf(line) ?? []);
  return new Map(entries.map((entry) => [entry.id, entry]));
}

/** Tokens of all answers that it holds. */
export async function paidTokens(log: SynthLog): Promise<{ inputTokens: number; outputTokens: number }> {
  const entries = [...(await readLog(log)).values()];
  return {
    inputTokens: entries.reduce((sum, entry) => sum + entry.inputTokens, 0),
    outputTokens: entries.reduce((sum, entry) => sum + entry.outputTokens, 0),
  };
}

export function entryLine(entry: SynthEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

function entryOf(line: string): SynthEntry | undefined {
  try {
    const parsed = entrySchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
