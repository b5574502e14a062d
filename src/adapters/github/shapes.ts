/** Answers of GitHub's API, as far as they are of use. */
import { z } from 'zod';

export const treeAnswer = z.object({
  truncated: z.boolean().default(false),
  tree: z
    .array(z.object({ path: z.string(), type: z.string(), size: z.number().optional() }))
    .transform((all) =>
      all.filter(({ type }) => type === 'blob').map(({ path, size }) => ({ path, bytes: size ?? 0 })),
    ),
});

export const searchAnswer = z.object({
  items: z.array(
    z.object({
      path: z.string(),
      repository: z.object({ full_name: z.string() }),
      text_matches: z.array(z.object({ fragment: z.string() })).default([]),
    }),
  ),
});
