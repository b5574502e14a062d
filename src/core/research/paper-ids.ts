/** Ids of papers, however they are written, and what two records of one paper have in common. */
import type { PaperHit, PaperIds } from '../ports/papers';

/** The bare arXiv id in `arXiv:2501.00001v2`, a URL or the DOI of it, or the id itself; undefined when there is none. */
export function arxivId(text: string): string | undefined {
  return arxivRef(text)?.id;
}

/** With the version that was named. */
export function arxivRef(text: string): { id: string; version?: string } | undefined {
  const words = text.replace(/10\.48550\/arxiv\./i, 'arXiv:').replace(/\.(pdf|html)\b/i, '');
  const modern = /(?:^|[^\d.])(\d{4}\.\d{4,5})(v\d+)?(?![\d.]*\d)/.exec(words);
  const found = modern ?? /(?:^|[/:\s])([a-z-]+(?:\.[A-Z]{2})?\/\d{7})(v\d+)?(?!\d)/.exec(words);
  const [, id, version] = found ?? [];
  return id === undefined ? undefined : { id, ...(version !== undefined && { version }) };
}

/** `10.1234/abc` in an address or after `doi:`, in lower case. */
export function doiOf(text: string): string | undefined {
  return /\b10\.\d{4,9}\/[^\s"<>]+/
    .exec(text)?.[0]
    .replace(/[.,;)\]]+$/, '')
    .toLowerCase();
}

/** Everything that a text names a paper by. */
export function paperIds(text: string): PaperIds {
  const arxiv = arxivId(text);
  if (arxiv !== undefined) return { arxiv };
  const doi = doiOf(text);
  if (doi !== undefined) return { doi };
  const s2 = /(?:^|[^0-9a-f])([0-9a-f]{40})(?![0-9a-f])/.exec(text.toLowerCase())?.[1];
  return s2 === undefined ? {} : { s2 };
}

/** The id that the person and the agent see; undefined for a record without any. */
export function publicId({ arxiv, doi, s2 }: PaperIds): string | undefined {
  if (arxiv !== undefined) return arxiv;
  if (doi !== undefined) return `doi:${doi}`;
  return s2 === undefined ? undefined : `s2:${s2}`;
}

/** Where a person finds it, by the id that they see; a service may know a better place. */
export function paperUrl({ id, url = '' }: { id: string; url?: string }): string {
  if (url !== '') return url;
  const { arxiv, doi, s2 } = paperIds(id);
  if (arxiv !== undefined) return `https://arxiv.org/abs/${arxiv}`;
  return doi === undefined ? `https://www.semanticscholar.org/paper/${s2 ?? id}` : `https://doi.org/${doi}`;
}

export function idsOf(hit: PaperHit): PaperIds {
  return { ...paperIds(hit.id), ...hit.ids };
}

/** Shorter titles ("Introduction", "Reply") belong to many papers. */
const shortestTitle = 15;

/** Letters and digits of the title; undefined when they say too little. */
export function titleFingerprint(title: string): string | undefined {
  const print = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
  return print.length < shortestTitle ? undefined : print;
}
