/** Finds the place of a quote in a paper, so that a note can only cite what the paper says. */
import type { PaperText } from '../ports/papers';

export interface QuotePlace {
  section: string;
  title: string;
}

/** Shorter "quotes" would be found anywhere. */
const shortestQuote = 12;

/** Undefined when no section holds the quote. Line breaks, ligatures, soft hyphens and kinds of dash and quote mark do not matter. */
export function findQuote(paper: PaperText, quote: string): QuotePlace | undefined {
  const wanted = normalised(quote);
  if (wanted.length < shortestQuote) return undefined;
  const parts = wanted.split(/\s?(?:\.\.\.|\[\.\.\.\])\s?/).filter((part) => part !== '');
  const section = paper.sections.find((candidate) => holdsInOrder(normalised(candidate.text), parts));
  return section && { section: section.id, title: section.title };
}

/** A quote may leave words out with an ellipsis: its parts then follow one another. */
function holdsInOrder(text: string, parts: readonly string[]): boolean {
  let from = 0;
  return parts.every((part) => {
    const at = text.indexOf(part, from);
    from = at + part.length;
    return at !== -1;
  });
}

function normalised(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/\u00ad(\s*\n\s*)?|[\u200b-\u200d\ufeff]/g, '')
    .replace(/(\p{L})-\s*\n\s*(\p{Ll})/gu, '$1$2')
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/[\u2018\u2019\u201a\u2032]/g, "'")
    .replace(/[\u201c\u201d\u201e\u2033]/g, '"')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();
}
