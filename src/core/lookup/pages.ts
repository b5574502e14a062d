/** A text in pages: every page says where the next one begins, so nothing is cut for good. */

export interface TextPage {
  /** Untrusted. */
  text: string;
  offset: number;
  total: number;
  /** Where to go on reading, or null at the end. */
  next: number | null;
}

/** `limit` characters from `offset`; pages end between lines, or words, where they can. */
export function textPage(text: string, offset: number, limit: number): TextPage {
  const start = Math.min(Math.max(0, Math.floor(offset)), text.length);
  const end = pageEnd(text, start, Math.max(1, limit));
  return { text: text.slice(start, end), offset: start, total: text.length, next: end < text.length ? end : null };
}

function pageEnd(text: string, start: number, limit: number): number {
  if (start + limit >= text.length) return text.length;
  for (const gap of ['\n', ' ']) {
    const at = text.lastIndexOf(gap, start + limit - 1);
    if (at > start + limit / 2) return at + 1;
  }
  const end = start + limit;
  return isLowSurrogate(text, end) ? end + 1 : end;
}

function isLowSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

const longestLine = 1_800;

/** As it is shown: a line that a tool's answer would cut goes on in the next one. */
export function withShortLines(text: string): string {
  const lines = text.split('\n').flatMap((line) => (line.length <= longestLine ? [line] : broken(line)));
  return lines.join('\n');
}

function broken(line: string): string[] {
  const parts: string[] = [];
  for (let offset: number | null = 0; offset !== null;) {
    const page: TextPage = textPage(line, offset, longestLine);
    parts.push(page.text);
    offset = page.next;
  }
  return parts;
}
