/** A Markdown document cut at its headings; `#` inside code blocks is code. */
import type { PaperSection } from '../ports/papers';

interface Draft {
  title: string;
  level: number;
  lines: string[];
}

/** A longer line is no heading, and slow to look at. */
const longestHeading = 1_000;

export function markdownSections(markdown: string): { title: string | undefined; sections: PaperSection[] } {
  const drafts = cutAtHeadings(markdown);
  const top = drafts.find((draft) => draft.level === 1);
  const rest = drafts.filter((draft) => draft.lines.join('').trim() !== '');
  const sections = rest.map((draft, index) => ({
    id: `M${index + 1}`,
    title: draft === top || draft.title === '' ? 'Opening' : draft.title,
    level: Math.max(1, draft.level - 1),
    text: draft.lines.join('\n').trim(),
  }));
  return { title: top?.title, sections };
}

function cutAtHeadings(markdown: string): Draft[] {
  const drafts: Draft[] = [{ title: '', level: 1, lines: [] }];
  let inCode = false;
  for (const line of markdown.split(/\r?\n/)) {
    if (/^\s*(```|~~~)/.test(line)) inCode = !inCode;
    const heading = inCode || line.length > longestHeading ? null : /^(#{1,6})\s+(.+?)\s*#*$/.exec(line);
    if (heading === null) drafts.at(-1)?.lines.push(line);
    else drafts.push({ title: heading[2] ?? '', level: heading[1]?.length ?? 1, lines: [] });
  }
  return drafts.filter((draft) => draft.title !== '' || draft.lines.join('').trim() !== '');
}
