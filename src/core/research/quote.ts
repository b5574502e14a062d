/** Finds the place of a quote in a paper, so that a note can only cite what the paper says. */
import type { PaperSection, PaperText } from '../ports/papers';
import { canonical } from './canonical';

export interface QuotePlace {
  section: string;
  title: string;
}

/** Shorter "quotes" would be found anywhere. */
const shortestQuote = 12;

/** Undefined when no section holds the quote. Line breaks, ligatures, hyphens at line ends, kinds of dash, cell borders and the ways to write a formula do not matter. */
export function findQuote(paper: PaperText, quote: string): QuotePlace | undefined {
  if (quote.replace(/\s+/g, ' ').trim().length < shortestQuote) return undefined;
  const parts = canonical(quote.replace(/\[(\.\.\.|…)\]/g, '…'))
    .split('…')
    .filter((part) => part.trim() !== '');
  if (parts.length === 0) return undefined;
  const section = paper.sections.find((candidate) => holdsInOrder(canonicalOf(candidate), parts));
  return section && { section: section.id, title: section.title };
}

/** A quote may leave words out with an ellipsis: its parts then follow one another. */
function holdsInOrder(text: string, parts: readonly string[]): boolean {
  let from = 0;
  return parts.every((part) => {
    const at = text.indexOf(part, from);
    // The blank at its end may be the one at the beginning of the next part.
    from = at + part.length - 1;
    return at !== -1;
  });
}

const known = new WeakMap<PaperSection, string>();

/** Long papers are asked about many quotes. */
function canonicalOf(section: PaperSection): string {
  const form = known.get(section) ?? canonical(section.text);
  known.set(section, form);
  return form;
}
