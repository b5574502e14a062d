/** Papers and citations, merged from several services. */

export interface PaperHit {
  /** arXiv id without version. */
  id: string;
  title: string;
  authors: string[];
  year: number | null;
  citations: number | null;
  url: string;
  /** Untrusted. */
  abstract: string;
  sources: string[];
}

export interface PaperSection {
  id: string;
  title: string;
  level: number;
  /** Untrusted. */
  text: string;
}

export interface PaperText {
  id: string;
  title: string;
  source: string;
  sections: PaperSection[];
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
}

export interface Papers {
  search(query: string, limit: number, signal?: AbortSignal): Promise<PartialAnswer<PaperHit>>;
  read(id: string, signal?: AbortSignal): Promise<PaperText>;
  citations(
    id: string,
    direction: 'references' | 'citations',
    limit: number,
    signal?: AbortSignal,
  ): Promise<PartialAnswer<Citation>>;
}
