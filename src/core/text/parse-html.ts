/** HTML from anywhere as a tree, unless it is built to be too much for whoever reads it. */
import { parseDocument } from 'htmlparser2';

/** Real pages stay far below; the time to parse grows with the square of this. */
const deepest = 1_500;
/** Never closed, or closed by what follows them. */
const flat = new Set(
  'area base br col dd dt embed hr img input li link meta option p param source tbody td tfoot th thead tr track wbr'.split(
    ' ',
  ),
);

/** Throws a `RangeError` for elements within elements, thousands of them. */
export function parseHtml(html: string): ReturnType<typeof parseDocument> {
  let depth = 0;
  for (const [, slash, name = ''] of html.matchAll(/<(\/?)([a-z][\w-]*)/gi)) {
    if (flat.has(name.toLowerCase())) continue;
    depth = slash === '/' ? Math.max(0, depth - 1) : depth + 1;
    if (depth > deepest) throw new RangeError('The HTML is nested too deeply.');
  }
  return parseDocument(html);
}

/** The words alone, for HTML that cannot be parsed. */
export function bareText(html: string): string {
  const visible = ['script', 'style'].reduce((text, tag) => withoutBetween(text, `<${tag}`, `</${tag}`), html);
  return visible
    .replace(/<[^<>]*>/g, ' ')
    .replace(/[ \t]+/g, ' ')
    .trim();
}

/** In one pass, whatever the text: what is opened and never closed goes to the end. */
export function withoutBetween(text: string, open: string, close: string): string {
  const lower = text.toLowerCase();
  let kept = '';
  for (let from = 0; ;) {
    const start = lower.indexOf(open, from);
    if (start < 0) return kept + text.slice(from);
    kept += text.slice(from, start);
    const end = lower.indexOf(close, start + open.length);
    if (end < 0) return kept;
    from = end + close.length;
  }
}
