/** Papers and citations, merged from several services. */
import type { Patience } from '../http/retry';

/** What a paper is known by. */
export interface PaperIds {
  /** Without version. */
  arxiv?: string | undefined;
  /** In lower case. */
  doi?: string | undefined;
  /** Of Semantic Scholar: 40 hexadecimal digits. */
  s2?: string | undefined;
}

export interface PaperHit {
  /** The arXiv id without version; `doi:…` or `s2:…` for a paper that is not on arXiv. */
  id: string;
  ids?: PaperIds;
  title: string;
  authors: string[];
  year: number | null;
  /** The day as YYYY-MM-DD, where a service tells it. */
  published?: string | null;
  /** arXiv categories, the main one first. */
  categories?: string[];
  citations: number | null;
  influentialCitations?: number | null;
  url: string;
  /** Untrusted. */
  abstract: string;
  sources: string[];
}

/** A hit with the grounds for its place in the list. */
export interface RankedHit extends PaperHit {
  /** 0 to 1. */
  score: number;
  why: string[];
}

export interface PaperFilter {
  /** Days as YYYY-MM-DD, both inclusive. */
  since?: string | undefined;
  until?: string | undefined;
  /** An arXiv category such as cs.CL. */
  category?: string | undefined;
  minCitations?: number | undefined;
}

export interface PaperSearch extends PaperFilter {
  limit: number;
}

export interface PaperSection {
  id: string;
  title: string;
  level: number;
  /** Untrusted. */
  text: string;
}

/** An entry of a paper's own bibliography. */
export interface PaperReference {
  /** As the text cites it, e.g. `[12]`. */
  label: string;
  /** Untrusted. */
  text: string;
  /** Read off the entry, where it names any. */
  ids: PaperIds;
}

export interface PaperText {
  /** As in `PaperHit`, however it was asked for. */
  id: string;
  /** Where a service says that it is; absent: where its id leads. */
  url?: string;
  title: string;
  source: string;
  sections: PaperSection[];
  /** Absent where the source does not tell entries apart. */
  references?: PaperReference[];
  /** Sections without text are still to be read: asking again goes on. */
  isPartial?: boolean;
  /** What a reader must know of this text, e.g. that it is the abstract only, or comes from the cache. */
  notes?: string[];
}

export interface Citation {
  paper: PaperHit;
  influential: boolean;
  intents: string[];
  /** Untrusted. */
  contexts: string[];
}

/** An answer that may be partial: `missing` names each service that did not answer and why. */
export interface PartialAnswer<T> {
  items: T[];
  missing: string[];
  /** What was answered from the cache unchecked, and from when it is. */
  notes?: string[];
}

export type CitationDirection = 'references' | 'citations';

/** What the Hub and a paper's text link to it. */
export interface PaperLinks {
  models: string[];
  datasets: string[];
  spaces: string[];
  /** Addresses of repositories. */
  code: string[];
  missing: string[];
}

export interface Papers {
  search(query: string, search: PaperSearch, signal?: AbortSignal): Promise<PartialAnswer<RankedHit>>;
  /** By an arXiv id with or without version, its DOI or address, or an id that the search gave. Of a book, `section` is read first. */
  read(id: string, signal?: AbortSignal, section?: string): Promise<PaperText>;
  /** `patience` is shared by the lists that are asked for one after another for one answer. */
  citations(
    id: string,
    direction: CitationDirection,
    limit: number,
    signal?: AbortSignal,
    patience?: Patience,
  ): Promise<PartialAnswer<Citation>>;
  links(id: string, signal?: AbortSignal): Promise<PaperLinks>;
}
