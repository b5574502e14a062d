/** Reading a text of many sections as one: an outline that says where each begins, and pages from any place on. */
import { MlInternError } from '../errors';
import type { ReadText } from '../ports/lookup';
import { textPage, type TextPage } from './pages';

export interface Place {
  /** By its id or title; its beginning when there is no offset. */
  section?: string | undefined;
  /** In the whole text. */
  offset?: number | undefined;
}

export interface Reading extends TextPage {
  /** One line a section: id, offset, title. Untrusted. */
  outline: string;
}

const longestOutline = 1_500;

export function readFrom({ sections }: ReadText, { section, offset }: Place, limit: number): Reading {
  const placed = placedSections(sections);
  const start = offset ?? (section === undefined ? 0 : startOf(placed, section));
  const whole = placed.map(({ text }) => text).join('');
  return { ...textPage(whole, start, limit), outline: outlineOf(placed) };
}

interface Placed {
  id: string;
  title: string;
  start: number;
  text: string;
}

function placedSections(sections: ReadText['sections']): Placed[] {
  let start = 0;
  return sections.map(({ id, title, level, text }) => {
    const heading = title === '' ? '' : `${'#'.repeat(level)} ${title}\n\n`;
    const placed = { id, title, start, text: `${heading}${text}\n\n` };
    start += placed.text.length;
    return placed;
  });
}

function startOf(placed: readonly Placed[], wanted: string): number {
  const name = wanted.trim().toLowerCase().replace(/^#/, '');
  const found =
    placed.find(({ id }) => id.toLowerCase() === name) ??
    placed.find(({ title }) => title.toLowerCase() === name) ??
    placed.find(({ title }) => name !== '' && title.toLowerCase().includes(name));
  if (found) return found.start;
  throw new MlInternError('bad-input', 'The page has no such section.', {
    next: 'Read it without a section: its outline names them.',
  });
}

function outlineOf(placed: readonly Placed[]): string {
  const lines = placed.map(({ id, start, title }) => `${id} (offset ${start}): ${title}`.slice(0, 160));
  const text = lines.join('\n');
  return text.length <= longestOutline ? text : `${text.slice(0, longestOutline)}…\n[${placed.length} sections in all]`;
}
