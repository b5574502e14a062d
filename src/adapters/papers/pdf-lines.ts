/** Pieces of a PDF page as lines and paragraphs of text. */

/** What pdf.js tells of a piece of text; `transform` holds its direction and place. */
export interface TextItem {
  str: string;
  hasEOL: boolean;
  height: number;
  transform: number[];
}

/** A gap this many line heights wide begins a paragraph. */
const paragraphGap = 1.7;

/** Text that runs upwards, such as arXiv's stamp in the margin, is left out. */
export function lineTexts(items: readonly TextItem[]): string {
  let text = '';
  let last: { y: number; height: number } | undefined;
  for (const item of items.filter(isUpright)) {
    const y = item.transform[5] ?? 0;
    if (last !== undefined && item.str.trim() !== '') text += gap(text, last.y - y, last.height);
    text += item.hasEOL ? `${item.str}\n` : item.str;
    if (item.str.trim() !== '') last = { y, height: item.height };
  }
  return text
    .replace(/[ \t]+\n/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function gap(text: string, drop: number, height: number): string {
  if (height <= 0 || Math.abs(drop) < height * 0.5) return '';
  const breaks = drop > height * paragraphGap ? '\n\n' : '\n';
  return text.endsWith(breaks) ? '' : text.endsWith('\n') ? breaks.slice(1) : breaks;
}

function isUpright({ transform }: TextItem): boolean {
  return Math.abs(transform[1] ?? 0) < 0.01;
}

/** The largest words of a page; empty when all are of one size. */
export function titleOf(items: readonly TextItem[]): string {
  const words = items.filter((item) => isUpright(item) && item.str.trim() !== '');
  const largest = Math.max(0, ...words.map(({ height }) => height));
  const smallest = Math.min(...words.map(({ height }) => height));
  if (words.length === 0 || largest < smallest * 1.2) return '';
  const title = words.filter(({ height }) => height > largest * 0.95).map(({ str }) => str.trim());
  return title.join(' ').replace(/\s+/g, ' ').slice(0, 300);
}
