/** The text of a PDF, page by page (pdf.js by way of unpdf). A bundle of its own: most papers are read without it. */
import { getDocumentProxy } from 'unpdf';
import { lineTexts, titleOf, type TextItem } from './pdf-lines';

export interface PdfPage {
  /** From 1. */
  number: number;
  text: string;
  /** Entries of the document's own outline that begin on this page. */
  headings: string[];
  /** Why there is no text, where the page is broken. */
  problem?: string | undefined;
}

export interface PdfDocument {
  /** Of the document's data, or the largest words of its first page; empty when neither tells it. */
  title: string;
  pages: number;
  /** From a page on (or the first); one is held at a time. */
  read(signal?: AbortSignal, from?: number): AsyncGenerator<PdfPage>;
  /** One page out of turn, without its headings. */
  page(number: number): Promise<PdfPage>;
  close(): Promise<void>;
}

type Proxy = Awaited<ReturnType<typeof getDocumentProxy>>;

/** Rejects what is no PDF, is broken beyond reading, or wants a password. */
export async function openPdf(bytes: Uint8Array): Promise<PdfDocument> {
  // pdf.js takes the buffer away from its owner, and no Buffer.
  const document = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 });
  return {
    title: await titleIn(document),
    pages: document.numPages,
    read: (signal, from) => pagesOf(document, from ?? 1, signal),
    page: async (number) => ({ number, headings: [], ...(await pageText(document, number)) }),
    close: async () => void (await document.loadingTask.destroy()),
  };
}

async function* pagesOf(document: Proxy, from: number, signal?: AbortSignal): AsyncGenerator<PdfPage> {
  const headings = await headingsByPage(document);
  for (let number = from; number <= document.numPages; number++) {
    signal?.throwIfAborted();
    yield { number, headings: headings.get(number) ?? [], ...(await pageText(document, number)) };
  }
}

async function pageText(document: Proxy, number: number): Promise<Pick<PdfPage, 'text' | 'problem'>> {
  try {
    return { text: lineTexts(await itemsOf(document, number)) };
  } catch (error) {
    return { text: '', problem: error instanceof Error ? error.message : String(error) };
  }
}

/** The page's own memory is given back at once. */
async function itemsOf(document: Proxy, number: number): Promise<TextItem[]> {
  const page = await document.getPage(number);
  try {
    const { items } = await page.getTextContent();
    return items.flatMap((item) => ('str' in item ? [item as TextItem] : []));
  } finally {
    page.cleanup();
  }
}

async function titleIn(document: Proxy): Promise<string> {
  const data = await document.getMetadata().catch(() => undefined);
  const told = (data?.info as { Title?: unknown } | undefined)?.Title;
  if (typeof told === 'string' && told.trim().length > 3) return told.trim();
  return titleOf(await itemsOf(document, 1).catch(() => []));
}

/** Without an outline, or with a broken one, pages have numbers only. */
async function headingsByPage(document: Proxy): Promise<Map<number, string[]>> {
  const found = new Map<number, string[]>();
  try {
    await collect(document, (await document.getOutline()) ?? [], found);
  } catch {
    // Some outlines point nowhere.
  }
  return found;
}

type Outline = NonNullable<Awaited<ReturnType<Proxy['getOutline']>>>;

async function collect(document: Proxy, entries: Outline, found: Map<number, string[]>): Promise<void> {
  for (const { title, dest, items } of entries) {
    const target: unknown[] | null = typeof dest === 'string' ? await document.getDestination(dest) : dest;
    const page = target?.[0];
    if (typeof page === 'object' && page !== null) {
      const number = (await document.getPageIndex(page as Parameters<Proxy['getPageIndex']>[0])) + 1;
      found.set(number, [...(found.get(number) ?? []), title.replace(/\s+/g, ' ').trim()]);
    }
    await collect(document, items as Outline, found);
  }
}
