/** The text of a PDF as far as it was read, kept by the hash of the file: reading hundreds of pages takes seconds. */
import { z } from 'zod';
import type { HttpCache } from '../../core/ports/http-cache';

const keptShape = z.object({
  title: z.string(),
  /** Pages of the whole document. */
  count: z.number(),
  /** The first ones, without a gap. */
  pages: z.array(
    z.object({
      number: z.number(),
      text: z.string(),
      headings: z.array(z.string()),
      problem: z.string().optional(),
    }),
  ),
});

export type KeptPages = z.infer<typeof keptShape>;

export async function readKept(cache: HttpCache | undefined, key: string): Promise<KeptPages | undefined> {
  const kept = await cache?.read(key);
  if (kept === undefined) return undefined;
  return keptShape.safeParse(JSON.parse(Buffer.from(kept.body).toString('utf8'))).data;
}

export async function writeKept(cache: HttpCache | undefined, key: string, read: KeptPages): Promise<void> {
  const body = Buffer.from(JSON.stringify(read));
  await cache?.write(key, { url: `text:${key}`, status: 200, headers: {}, at: Date.now(), body });
}
