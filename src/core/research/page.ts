/** Reading a long paper in pages: every page says where the next one begins, so nothing is cut for good. */
import { MlInternError } from '../errors';
import type { PaperSection, PaperText } from '../ports/papers';

export interface OutlineEntry {
  id: string;
  title: string;
  level: number;
  characters: number;
}

export interface SectionPage {
  section: string;
  title: string;
  /** Untrusted. */
  text: string;
  offset: number;
  /** Characters in the whole section. */
  total: number;
  /** Where to go on reading, or null at the end. */
  next: number | null;
}

/** Sections that an error names; a book has hundreds. */
const mostNamed = 40;

export function outline(paper: PaperText): OutlineEntry[] {
  return paper.sections.map(({ id, title, level, text }) => ({ id, title, level, characters: text.length }));
}

/** A section by its id or title, `limit` characters from `offset`; pages end between words where they can. */
export function sectionPage(paper: PaperText, section: string, offset: number, limit: number): SectionPage {
  const { id, title, text } = findSection(paper, section);
  const start = Math.min(Math.max(0, offset), text.length);
  const end = pageEnd(text, start, Math.max(1, limit));
  const next = end < text.length ? end : null;
  return { section: id, title, text: text.slice(start, end), offset: start, total: text.length, next };
}

/** Where the text goes on after a page: in its section, or in the next one; null at the end of the paper. */
export function placeAfter(paper: PaperText, page: SectionPage): { section: string; offset: number } | null {
  if (page.next !== null) return { section: page.section, offset: page.next };
  const at = paper.sections.findIndex(({ id }) => id === page.section);
  const following = paper.sections[at + 1];
  return following === undefined ? null : { section: following.id, offset: 0 };
}

function findSection(paper: PaperText, wanted: string): PaperSection {
  const name = wanted.trim().toLowerCase();
  const found =
    paper.sections.find((section) => section.id.toLowerCase() === name) ??
    paper.sections.find((section) => section.title.toLowerCase() === name) ??
    paper.sections.find((section) => name !== '' && section.title.toLowerCase().includes(name));
  if (found !== undefined) return found;
  const names = paper.sections.map((section) => `${section.id} (${section.title})`);
  const known =
    names.length <= mostNamed ? names.join(', ') : `${names.slice(0, mostNamed).join(', ')} … ${names.at(-1)}`;
  throw new MlInternError('bad-input', `Paper ${paper.id} has no section "${wanted}".`, {
    next: `Ask for one of: ${known}.`,
  });
}

function pageEnd(text: string, start: number, limit: number): number {
  if (start + limit >= text.length) return text.length;
  const space = text.lastIndexOf(' ', start + limit - 1);
  if (space > start + limit / 2) return space + 1;
  const end = start + limit;
  return isLowSurrogate(text, end) ? end + 1 : end;
}

function isLowSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
