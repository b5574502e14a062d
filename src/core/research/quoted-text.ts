/** The text of a paper in which quotes are looked for: of a book also the pages that were read out of turn. */
import { MlInternError } from '../errors';
import type { PaperText } from '../ports/papers';

export type ReadPaper = (id: string, signal: AbortSignal, section?: string) => Promise<PaperText>;

/** Each section is asked for only as long as the text is not whole. */
export async function readWith(
  read: ReadPaper,
  id: string,
  sections: readonly string[],
  signal: AbortSignal,
): Promise<PaperText> {
  const [first, ...others] = new Set(sections);
  let paper = await read(id, signal, first);
  for (const section of others) {
    if (paper.isPartial !== true) return paper;
    paper = joined(paper, await read(id, signal, section));
  }
  return paper;
}

function joined(paper: PaperText, more: PaperText): PaperText {
  const texts = new Map(more.sections.map(({ id, text }) => [id, text]));
  const sections = paper.sections.map((section) =>
    section.text === '' ? { ...section, text: texts.get(section.id) ?? '' } : section,
  );
  return { ...paper, sections };
}

/** What is wrong with a quote that was not found. Of a text that is not whole, nobody knows that it does not hold it. */
export function notFound({ id, sections, isPartial }: PaperText, quote: string): string {
  if (isPartial !== true) return `${quote} is not in paper ${id}`;
  const unread = sections.filter(({ text }) => text === '').length;
  return `${quote} is not in what was read of paper ${id}: ${unread} of its ${sections.length} pages are not read yet`;
}

export function quoteMissing(paper: PaperText): MlInternError {
  return new MlInternError('bad-input', `${notFound(paper, 'The quote')}.`, {
    next:
      paper.isPartial === true
        ? 'Name the page that it stands on as section, e.g. page-12, as read_paper names it.'
        : 'Copy a sentence of at least a dozen characters from read_paper.',
  });
}
