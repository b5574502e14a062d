/** Reading a long paper in pages: every page says where the next one begins, so nothing is cut for good. */
import { MlInternError } from '../errors';
import { textPage, type TextPage } from '../lookup/pages';
import type { PaperSection, PaperText } from '../ports/papers';

export interface OutlineEntry {
  id: string;
  title: string;
  level: number;
  characters: number;
}

export interface SectionPage extends TextPage {
  section: string;
  title: string;
}

/** Sections that an error names; a book has hundreds. */
const mostNamed = 40;

export function outline(paper: PaperText): OutlineEntry[] {
  return paper.sections.map(({ id, title, level, text }) => ({ id, title, level, characters: text.length }));
}

/** A section by its id or title, `limit` characters from `offset`. */
export function sectionPage(paper: PaperText, section: string, offset: number, limit: number): SectionPage {
  const { id, title, text } = findSection(paper, section);
  return { section: id, title, ...textPage(text, offset, limit) };
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
