/** Text from outside as Markdown that cannot do anything but be read. */
import { seenLine } from '../text/unseen';

/** In one line of a table: no breaks, no cell borders, no markup that links, embeds or opens code, nothing unseen. */
export function markdownLine(text: string): string {
  return seenLine(text).replace(/[\\|<>[\]`]/g, (character) => `\\${character}`);
}

/** The beginning of a long text in one line. */
export function markdownBrief(text: string, limit: number): string {
  const characters = [...seenLine(text)];
  return markdownLine(characters.length <= limit ? characters.join('') : `${characters.slice(0, limit).join('')}…`);
}

/** A table whose cells are safe already; nothing where there are no rows. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return lines.join('\n');
}
