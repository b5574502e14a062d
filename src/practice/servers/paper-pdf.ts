/** A paper of the world as a real, small PDF: its first page, then a page a section; long ones go on over more pages. */
import type { WorldPaper } from './content';
import { plainText } from './paper-text';

interface PdfLine {
  text: string;
  size: number;
}

const linesOnPage = 52;
const charactersInLine = 92;

export function paperPdf(paper: WorldPaper): Uint8Array {
  const first: PdfLine[] = [
    { text: paper.title, size: 18 },
    body(paper.authors.join(', ')),
    ...wrapped(paper.abstract),
  ];
  const sections = paper.sections.map(({ title, paragraphs, tables = [] }, index) => [
    { text: `${index + 1} ${title}`, size: 14 },
    ...paragraphs.flatMap((text) => wrapped(plainText(paper, text))),
    ...tables.flatMap(({ caption, rows }) => [caption, ...rows.map((row) => row.join('   '))].map(body)),
  ]);
  return pdfOf([first, ...sections].flatMap(pages));
}

const body = (text: string): PdfLine => ({ text, size: 11 });

function wrapped(paragraph: string): PdfLine[] {
  const pattern = new RegExp(`(.{1,${charactersInLine}})(?:\\s+|$)`, 'g');
  return [...paragraph.matchAll(pattern)].map(([, line = '']) => body(line));
}

function pages(lines: readonly PdfLine[]): PdfLine[][] {
  const count = Math.max(1, Math.ceil(lines.length / linesOnPage));
  return Array.from({ length: count }, (_, page) => lines.slice(page * linesOnPage, (page + 1) * linesOnPage));
}

/** Objects 1 to 3 are the catalogue, the list of pages and the font; then come a page and its content in turn. */
export function pdfOf(all: readonly (readonly PdfLine[])[]): Uint8Array {
  const kids = all.map((_, index) => `${4 + 2 * index} 0 R`).join(' ');
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${all.length} /Kids [${kids}] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...all.flatMap((lines, index) => pageObjects(lines, 5 + 2 * index)),
  ];
  let text = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(offset).padStart(10, '0')} 00000 n \n`;
  });
  const size = objects.length + 1;
  const table = `xref\n0 ${size}\n0000000000 65535 f \n${offsets.join('')}`;
  const end = `trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`;
  return Buffer.from(`${text}${table}${end}`, 'latin1');
}

function pageObjects(lines: readonly PdfLine[], content: number): string[] {
  const shown = lines.map(({ text, size }) => `/F1 ${size} Tf (${escaped(text)}) Tj T*`).join('\n');
  const stream = `BT 14 TL 50 800 Td\n${shown}\nET`;
  return [
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents ${content} 0 R >>`,
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
  ];
}

/** The file is written in Latin-1. */
function escaped(text: string): string {
  return text.replace(/[()\\]/g, '\\$&').replace(/[^\x20-\xff]/g, '?');
}
