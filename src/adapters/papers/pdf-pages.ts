/** Fetches a paper's PDF and reads it: every page is a section, so a book is reached page by page. */
import { sha256 } from '../../core/hash';
import type { Fetch } from '../../core/http/retry';
import type { Clock } from '../../core/ports/common';
import type { HttpCache } from '../../core/ports/http-cache';
import type { PaperSection, PaperText } from '../../core/ports/papers';
import type { PaperRef } from './html-pages';
import { readKept, writeKept, type KeptPages } from './pdf-kept';
import type { openPdf, PdfDocument, PdfPage } from './pdf-text';
import { askFor, ServiceFailure, trusted, type Asked } from './service';

const service = 'arXiv PDF';
/** A book takes longer: what was read by then is kept, and the next call goes on from there. */
const longestReadingMs = 15_000;

export type OpenPdf = typeof openPdf;

/** pdf.js is large, and few papers need it. */
export const openPdfLate: OpenPdf = async (bytes) => (await import('./pdf-text')).openPdf(bytes);

export interface PdfTools {
  open: OpenPdf;
  clock: Clock;
  cache?: HttpCache | undefined;
}

export class PdfPages {
  constructor(
    private readonly base: string,
    private readonly fetch: Fetch,
    private readonly tools: PdfTools,
  ) {}

  async read({ id, version = '' }: PaperRef, asked: Asked): Promise<PaperText> {
    const response = await askFor(this.fetch, `${this.base}/pdf/${id}${version}`, { service, ...asked });
    const bytes = new Uint8Array(await response.arrayBuffer());
    return trusted(response, async () => textOf(id, await this.pages(bytes, asked)));
  }

  private async pages(bytes: Uint8Array, { signal, wanted }: Asked): Promise<KeptPages> {
    const key = `pdf-${sha256(bytes)}`;
    const kept = await readKept(this.tools.cache, key);
    if (kept?.pages.length === kept?.count && kept !== undefined) return kept;
    const document = await opened(bytes, this.tools.open);
    try {
      const read = await this.readOn(document, kept?.pages ?? [], signal);
      await writeKept(this.tools.cache, key, read);
      return await withPage(read, document, /^page[- ](\d+)$/i.exec(wanted ?? '')?.[1]);
    } finally {
      await document.close();
    }
  }

  private async readOn(document: PdfDocument, before: readonly PdfPage[], signal?: AbortSignal): Promise<KeptPages> {
    const pages = [...before];
    const end = this.tools.clock.now() + longestReadingMs;
    for await (const page of document.read(signal, pages.length + 1)) {
      pages.push(page);
      if (this.tools.clock.now() > end) break;
    }
    return { title: document.title, count: document.pages, pages };
  }
}

/** The page that is asked for is read out of turn when its turn has not come. */
async function withPage(read: KeptPages, document: PdfDocument, number: string | undefined): Promise<KeptPages> {
  const wanted = Number(number ?? 0);
  if (wanted <= read.pages.length || wanted > read.count) return read;
  return { ...read, pages: [...read.pages, await document.page(wanted)] };
}

function textOf(id: string, { title, count, pages }: KeptPages): PaperText {
  const read = new Map(pages.map((page) => [page.number, page]));
  const sections = Array.from({ length: count }, (_, index) => sectionOf(index + 1, read.get(index + 1)));
  const unread = count - pages.length;
  if (unread === 0 && pages.every(({ text }) => text === ''))
    throw new ServiceFailure(service, 'its PDF holds no text (a scan?)', true);
  const broken = pages.filter(({ problem }) => problem !== undefined).map(({ number }) => number);
  const notes = [
    'This is the text of a PDF: formulas and tables are as its pages have them, and columns may be mixed.',
    ...(broken.length > 0 ? [`Pages that could not be read: ${broken.join(', ')}.`] : []),
    ...(unread > 0
      ? [`${unread} of its ${count} pages are not read yet: ask for a page by its name, or again to go on.`]
      : []),
  ];
  return { id, title: title || id, source: service, sections, notes, ...(unread > 0 && { isPartial: true }) };
}

function sectionOf(number: number, page: PdfPage | undefined): PaperSection {
  const headings = page?.headings ?? [];
  const title = headings.length === 0 ? `Page ${number}` : `Page ${number} (${headings.join('; ')})`;
  return { id: `page-${number}`, title, level: 1, text: page?.text ?? '' };
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
