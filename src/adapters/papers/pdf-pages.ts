/** Fetches a paper's PDF and reads it: every page is a section, so a book is reached page by page. */
import type { Fetch } from '../../core/http/retry';
import type { PaperSection, PaperText } from '../../core/ports/papers';
import type { PaperRef } from './html-pages';
import type { openPdf, PdfDocument, PdfPage } from './pdf-text';
import { askFor, ServiceFailure, trusted, type Asked } from './service';

const service = 'arXiv PDF';

export type OpenPdf = typeof openPdf;

/** pdf.js is large, and few papers need it. */
export const openPdfLate: OpenPdf = async (bytes) => (await import('./pdf-text')).openPdf(bytes);

export class PdfPages {
  constructor(
    private readonly base: string,
    private readonly fetch: Fetch,
    private readonly open: OpenPdf,
  ) {}

  async read({ id, version = '' }: PaperRef, asked: Asked): Promise<PaperText> {
    const response = await askFor(this.fetch, `${this.base}/pdf/${id}${version}`, { service, ...asked });
    const bytes = new Uint8Array(await response.arrayBuffer());
    return trusted(response, async () => textOf(id, await opened(bytes, this.open), asked.signal));
  }
}

async function textOf(id: string, document: PdfDocument, signal: AbortSignal | undefined): Promise<PaperText> {
  const sections: PaperSection[] = [];
  const broken: number[] = [];
  try {
    for await (const page of document.read(signal)) {
      if (page.problem !== undefined) broken.push(page.number);
      sections.push(sectionOf(page));
    }
  } finally {
    await document.close();
  }
  if (sections.every(({ text }) => text === ''))
    throw new ServiceFailure(service, 'its PDF holds no text (a scan?)', true);
  const notes = [
    'This is the text of a PDF: formulas and tables are as its pages have them, and columns may be mixed.',
    ...(broken.length > 0 ? [`Pages that could not be read: ${broken.join(', ')}.`] : []),
  ];
  return { id, title: document.title || id, source: service, sections, notes };
}

function sectionOf({ number, text, headings }: PdfPage): PaperSection {
  const title = headings.length === 0 ? `Page ${number}` : `Page ${number} (${headings.join('; ')})`;
  return { id: `page-${number}`, title, level: 1, text };
}

async function opened(bytes: Uint8Array, open: OpenPdf): Promise<PdfDocument> {
  const begin = new TextDecoder('latin1').decode(bytes.subarray(0, 1024));
  if (!begin.includes('%PDF-')) throw new ServiceFailure(service, 'it sent something else than a PDF');
  try {
    return await open(bytes);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ServiceFailure(service, `its PDF cannot be read (${why})`, false, error);
  }
}
