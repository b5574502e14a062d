/** A commit as clients send it to the Hub: one JSON object a line. */
import { z } from 'zod';

const line = z.discriminatedUnion('key', [
  z.object({ key: z.literal('header'), value: z.object({ summary: z.string(), parentCommit: z.string().optional() }) }),
  z.object({
    key: z.literal('file'),
    value: z.object({ path: z.string(), content: z.string(), encoding: z.enum(['utf-8', 'base64']).default('utf-8') }),
  }),
  z.object({ key: z.literal('lfsFile'), value: z.object({ path: z.string(), oid: z.string() }) }),
  z.object({ key: z.literal('deletedFile'), value: z.object({ path: z.string() }) }),
]);

export interface ReadCommit {
  parentCommit: string | undefined;
  /** Without content: an LFS object that is not stored. */
  added: { path: string; content: Buffer | undefined }[];
  deleted: string[];
}

export function readCommit(body: string, stored: (oid: string) => Buffer | undefined): ReadCommit {
  const lines = body.split('\n').filter((text) => text.trim() !== '');
  const commit: ReadCommit = { parentCommit: undefined, added: [], deleted: [] };
  for (const text of lines) {
    const { key, value } = line.parse(JSON.parse(text));
    if (key === 'header') commit.parentCommit = value.parentCommit;
    else if (key === 'deletedFile') commit.deleted.push(value.path);
    else if (key === 'lfsFile') commit.added.push({ path: value.path, content: stored(value.oid) });
    else {
      const encoding = value.encoding === 'base64' ? 'base64' : 'utf8';
      commit.added.push({ path: value.path, content: Buffer.from(value.content, encoding) });
    }
  }
  return commit;
}
