/** An answer of the web as sections of text, by its content type. */
import { MlInternError } from '../../core/errors';
import type { ReadText } from '../../core/ports/lookup';
import type { PaperSection } from '../../core/ports/papers';
import { decodeText } from '../../core/text/decode';
import { pageOfHtml } from '../../core/text/html-page';
import { markdownSections } from '../../core/text/markdown-sections';
import { bareText } from '../../core/text/parse-html';

/** A PDF whose pages are read one by one. */
export interface OpenedPdf {
  title: string;
  pages: number;
  read(signal?: AbortSignal): AsyncIterable<{ number: number; text: string }>;
  close(): Promise<void>;
}

export type OpenPdf = (bytes: Uint8Array) => Promise<OpenedPdf>;

export interface WebAnswer {
  bytes: Uint8Array;
  /** The content type as sent. */
  type: string;
  url: string;
  /** There was more than these bytes. */
  cut: boolean;
}

export async function readable(answer: WebAnswer, openPdf: OpenPdf, signal?: AbortSignal): Promise<ReadText> {
  const text = isPdf(answer) ? await ofPdf(answer, openPdf, signal) : await partsOf(answer);
  const notes = [...(answer.cut ? [`Only its first ${answer.bytes.length >> 20} MiB were read.`] : []), ...text.notes];
  const { title, sections } = text;
  if (!sections.some((section) => section.text !== '')) throw empty(answer.url);
  const note = notes.length === 0 ? {} : { note: notes.join(' ') };
  return { id: answer.url, url: answer.url, title, sections, ...note };
}

interface Parts {
  title: string;
  sections: PaperSection[];
  notes: string[];
}

function partsOf(answer: WebAnswer): Parts {
  const { bytes, type, url } = answer;
  const kind = type.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (!isTextual(kind) || isBinary(bytes)) throw unreadable(url, kind);
  const text = decodeText(bytes, type);
  if (/html/.test(kind) || (kind === '' && /^\s*<(!doctype|html)/i.test(text))) return ofHtml(text, url);
  if (/markdown/.test(kind) || /\.md$/i.test(new URL(url).pathname)) return ofMarkdown(text);
  return { title: '', sections: [whole(/json/.test(kind) ? spread(text) : text)], notes: [] };
}

const isTextual = (kind: string) =>
  kind === '' || /^text\/|[/+](json|xml|yaml|x-yaml|toml|javascript|x-ndjson|jsonl?|x-sh|x-python)$/.test(kind);

/** Text in two-byte characters is full of zeroes too: it begins with a mark. */
function isBinary(bytes: Uint8Array): boolean {
  const isMarked = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  return !isMarked && bytes.subarray(0, 8000).includes(0);
}

function isPdf({ bytes, type }: WebAnswer): boolean {
  const signature = new TextDecoder('latin1').decode(bytes.subarray(0, 5));
  return signature === '%PDF-' || /\bpdf\b/i.test(type);
}

const whole = (text: string): PaperSection => ({ id: 's1', title: 'Text', level: 1, text });

function ofHtml(html: string, url: string): Parts {
  try {
    const { title, sections, links } = pageOfHtml(html, url);
    const list = links.map((link) => `- ${link.text}: ${link.url}`).join('\n');
    return { title, sections: [...sections, ...(list === '' ? [] : [linkSection(list)])], notes: [] };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { title: '', sections: [whole(bareText(html))], notes: ['Its HTML is malformed: this is its bare text.'] };
  }
}

const linkSection = (text: string): PaperSection => ({ id: 'links', title: 'Links on this page', level: 1, text });

function ofMarkdown(text: string): Parts {
  const { title, sections } = markdownSections(text);
  return { title: title ?? '', sections, notes: [] };
}

/** One value a line, so that a page of it can be read. */
function spread(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 1);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

async function ofPdf({ bytes, url, cut }: WebAnswer, openPdf: OpenPdf, signal?: AbortSignal): Promise<Parts> {
  if (cut) throw unreadablePdf(url, 'it is too large', undefined);
  const pdf = await openPdf(bytes).catch((cause: unknown) => {
    throw unreadablePdf(url, cause instanceof Error ? cause.message : 'it is broken', cause);
  });
  try {
    const sections: PaperSection[] = [];
    for await (const { number, text } of pdf.read(signal)) {
      sections.push({ id: `p${number}`, title: `Page ${number}`, level: 1, text });
    }
    const notes = [`A PDF of ${pdf.pages} pages: formulas and tables come as running text.`];
    return { title: pdf.title, sections, notes };
  } finally {
    await pdf.close();
  }
}

function unreadablePdf(url: string, why: string, cause: unknown): MlInternError {
  const message = `The PDF at ${url.slice(0, 300)} cannot be read: ${why.slice(0, 200)}.`;
  return new MlInternError('lookup-unavailable', message, { next: 'Look for a page with the same text.', cause });
}

function unreadable(url: string, kind: string): MlInternError {
  const what = /^[\w.+-]+\/[\w.+-]+$/.test(kind) ? kind : 'data';
  return new MlInternError('lookup-unavailable', `${url.slice(0, 300)} is ${what}, not text.`, {
    next: 'Name a page of text, HTML, Markdown, JSON or PDF.',
  });
}

function empty(url: string): MlInternError {
  const next = 'It may be filled in by scripts or hold pictures only: look for another page with the same text.';
  return new MlInternError('lookup-unavailable', `${url.slice(0, 300)} holds no text.`, { next });
}
