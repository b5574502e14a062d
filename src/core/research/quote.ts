/** Finds the place of a quote in a paper, so that a note can only cite what the paper says. */
import type { PaperSection, PaperText } from '../ports/papers';
import { canonical } from './canonical';

export interface QuotePlace {
  section: string;
  title: string;
  /** The paragraph or table around the quote, with its heading, in canonical form: what is claimed of it must be named there. */
  passage: string;
}

/** Shorter "quotes" would be found anywhere. */
const shortestQuote = 12;
/** With fewer words on each side of an ellipsis, a text can be made to say anything. */
const fewestWords = 3;
/** Characters that an ellipsis may stand for: about two sentences. */
const longestGap = 300;
/** Where a whole page is one paragraph, only so much around the quote counts as its passage. */
const passageReach = 1_200;

/** Undefined when no section holds the quote. Line breaks, ligatures, hyphens at line ends, kinds of dash, cell borders and the ways to write a formula do not matter. */
export function findQuote(paper: PaperText, quote: string): QuotePlace | undefined {
  if (quote.replace(/\s+/g, ' ').trim().length < shortestQuote) return undefined;
  const parts = canonical(quote.replace(/\[(\.\.\.|…)\]/g, '…'))
    .split('…')
    .filter((part) => part.trim() !== '');
  if (parts.length === 0) return undefined;
  for (const section of paper.sections) {
    const passage = passageOf(section, parts);
    if (passage !== undefined) return { section: section.id, title: section.title, passage };
  }
  return undefined;
}

/** Words left out with an ellipsis stand between parts of one paragraph, cells left out between cells of one row. */
function passageOf(section: PaperSection, parts: readonly string[]): string | undefined {
  const { whole, paragraphs } = formOf(section);
  const isLong = parts.every((part) => part.trim().split(' ').length >= fewestWords);
  for (const { text, rows, caption } of paragraphs) {
    const span = parts.length === 1 || isLong ? spanOf(text, parts) : undefined;
    if (span === undefined && !rows.some((row) => spanOf(row, parts))) continue;
    const around = span ? text.slice(Math.max(0, span.start - passageReach), span.end + passageReach) : text;
    return `${canonical(section.title)}${caption}${around}`;
  }
  // A quote in one piece may go over a break between paragraphs; then it has to name everything itself.
  const [only] = parts;
  return parts.length === 1 && only !== undefined && whole.includes(only) ? only : undefined;
}

interface Span {
  start: number;
  end: number;
}

function spanOf(text: string, [part, ...rest]: readonly string[], from = 0, gap = Infinity): Span | undefined {
  if (part === undefined) return undefined;
  for (let at = text.indexOf(part, from); at !== -1 && at - from <= gap; at = text.indexOf(part, at + 1)) {
    const end = at + part.length;
    if (rest.length === 0) return { start: at, end };
    // The blank at its end may be the one at the beginning of the next part.
    const tail = spanOf(text, rest, end - 1, longestGap);
    if (tail !== undefined) return { start: at, end: tail.end };
  }
  return undefined;
}

interface Paragraph {
  text: string;
  /** Of a table. */
  rows: string[];
  /** What stands right above a table. */
  caption: string;
}

interface Form {
  whole: string;
  paragraphs: Paragraph[];
}

const known = new WeakMap<PaperSection, Form>();

/** Long papers are asked about many quotes. */
function formOf(section: PaperSection): Form {
  const form = known.get(section) ?? { whole: canonical(section.text), paragraphs: paragraphsOf(section.text) };
  known.set(section, form);
  return form;
}

function paragraphsOf(text: string): Paragraph[] {
  const all = text.split(/\n[^\S\n]*\n/);
  return all.map((paragraph, index) => {
    const lines = paragraph.split('\n').filter((line) => line.trim().startsWith('|'));
    const caption = lines.length === 0 ? '' : canonical(all[index - 1] ?? '');
    return { text: canonical(paragraph), rows: lines.map(canonical), caption };
  });
}
