/** Reading one paper: the best text that any service has, and what was kept of it. */
import { freshPatience, partOf, type Patience } from '../../core/http/retry';
import type { PaperHit, PaperText } from '../../core/ports/papers';
import { arxivRef } from '../../core/research/paper-ids';
import { knownId, noSuchPaper, told, unavailable } from './answers';
import type { ArxivFeed } from './arxiv-atom';
import type { HfPapers } from './hf-papers';
import type { HtmlPages, PaperRef } from './html-pages';
import type { PdfPages } from './pdf-pages';
import type { SemanticScholar } from './semantic-scholar';
import { settled, type Asked, type ServiceFailure } from './service';

export interface Shelves {
  pages: HtmlPages;
  hub: HfPapers;
  pdfs: PdfPages;
  feed: ArxivFeed;
  scholar: SemanticScholar;
}

const keptPapers = 50;

/** What a source may take of the time that a paper has, as a share of all; what it leaves is for those after it. */
const shares = { page: 20, hub: 10, pdf: 40, abstract: 10 };

interface Source {
  share: number;
  read(asked: Asked): Promise<PaperText>;
}

export class Reading {
  private readonly texts = new Map<string, PaperText>();

  constructor(
    private readonly shelves: Shelves,
    private readonly limitMs: number,
  ) {}

  /** arXiv's HTML, then ar5iv's, then the Hub's Markdown, then the PDF, then the abstract. */
  async read(
    id: string,
    signal?: AbortSignal,
    wanted?: string,
    patience: Patience = freshPatience(this.limitMs),
  ): Promise<PaperText> {
    const ref = arxivRef(id.trim());
    if (ref === undefined) return this.readElsewhere(id, patience, signal);
    const name = `${ref.id}${ref.version ?? ''}`;
    return this.texts.get(name) ?? this.best(name, ref, { signal, wanted, notes: new Set(), patience });
  }

  private async best(
    name: string,
    ref: PaperRef,
    asked: Asked & { notes: Set<string>; patience: Patience },
  ): Promise<PaperText> {
    const failures: ServiceFailure[] = [];
    const sources = this.sources(ref);
    const parts = partsOf(sources, this.limitMs, asked.patience);
    for (const [index, { read }] of sources.entries()) {
      const { value, failure } = await settled(read({ ...asked, patience: parts[index] }));
      if (failure !== undefined) failures.push(failure);
      if (value === undefined) continue;
      const silent = failures.filter(({ unknownPaper }) => !unknownPaper).map(({ message }) => message);
      const text = { ...value, ...told(asked.notes, [...(value.notes ?? []), ...silent]) };
      // A better text may be had another time, when a service was only silent for now.
      if (silent.length === 0 && value.isPartial !== true) this.keep(name, text);
      return text;
    }
    if (failures.every((failure) => failure.unknownPaper)) throw noSuchPaper(name);
    throw unavailable(`Paper ${name} could not be read. ${failures.map((failure) => failure.message).join('. ')}.`);
  }

  private sources(ref: PaperRef): Source[] {
    const { pages, hub, pdfs, feed } = this.shelves;
    return [
      ...pages.places.map((place): Source => ({ share: shares.page, read: (asked) => pages.read(ref, place, asked) })),
      { share: shares.hub, read: (asked) => hub.read(ref.id, asked) },
      { share: shares.pdf, read: (asked) => pdfs.read(ref, asked) },
      { share: shares.abstract, read: (asked) => feed.abstract(ref.id, asked) },
    ];
  }

  /** A paper that is not on arXiv has an abstract at best. */
  private async readElsewhere(id: string, patience: Patience, signal?: AbortSignal): Promise<PaperText> {
    const notes = new Set<string>();
    const { value, failure } = await settled(this.shelves.scholar.paper(knownId(id), { signal, notes, patience }));
    const arxiv = value?.ids?.arxiv;
    if (arxiv !== undefined) return this.read(arxiv, signal, undefined, patience);
    if (value !== undefined && value.abstract !== '') return abstractOnly(value, notes);
    if (value !== undefined || failure?.unknownPaper === true) throw noSuchPaper(id);
    throw unavailable(`Paper ${id} could not be read. ${failure?.message ?? ''}.`);
  }

  private keep(name: string, text: PaperText): void {
    const [oldest] = this.texts.keys();
    if (this.texts.size >= keptPapers && oldest !== undefined) this.texts.delete(oldest);
    this.texts.set(name, text);
  }
}

/** One that is silent does not take the time of those after it. */
function partsOf(sources: readonly Source[], limitMs: number, patience: Patience): Patience[] {
  const all = sources.reduce((sum, { share }) => sum + share, 0);
  let until = 0;
  return sources.map(({ share }) => {
    until += share;
    return partOf(patience, (limitMs * until) / all);
  });
}

function abstractOnly({ id, title, abstract, url }: PaperHit, notes: ReadonlySet<string>): PaperText {
  const sections = [{ id: 'abstract', title: 'Abstract', level: 1, text: abstract }];
  const source = 'Semantic Scholar (abstract only)';
  return {
    id,
    url,
    title,
    source,
    sections,
    ...told(notes, ['This paper is not on arXiv: only its abstract can be read.']),
  };
}
