/** Answers of the Hub's search over its documentation. */
import { z } from 'zod';
import type { DocHit } from '../../core/ports/lookup';

const hit = z.object({
  text: z.string(),
  product: z.string(),
  heading1: z.string().nullish(),
  heading2: z.string().nullish(),
  source_page_url: z.string(),
  source_page_title: z.string().nullish(),
});

export const searchAnswer = z.array(hit);

/** Those whose address is a page of the documentation; one section is told once. */
export function hitsOf(answer: z.infer<typeof searchAnswer>): DocHit[] {
  const hits = answer.flatMap((each) => {
    const page = /\/docs\/([\w./-]+?)(?:\.md)?(#[\w.:-]+)?$/.exec(each.source_page_url);
    if (page === null) return [];
    return {
      page: `${page[1] ?? ''}${page[2] ?? ''}`,
      package: each.product,
      title: each.source_page_title ?? each.heading1 ?? '',
      section: each.heading2 ?? each.heading1 ?? '',
      text: each.text
        .replace(/<[^<>]*>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    };
  });
  return hits.filter(
    (one, index) => hits.findIndex((each) => each.page === one.page && each.text === one.text) === index,
  );
}
