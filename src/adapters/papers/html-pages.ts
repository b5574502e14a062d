/** Fetches a paper's HTML from arXiv or ar5iv and reads it. */
import type { Fetch } from '../../core/http/retry';
import type { PaperText } from '../../core/ports/papers';
import { paperOfHtml } from './html-sections';
import { askFor, ServiceFailure, type Asked } from './service';

/** A paper of arXiv; without a version, the newest. */
export interface PaperRef {
  id: string;
  version?: string;
}

export interface HtmlPlace {
  service: string;
  base: string;
}

export class HtmlPages {
  readonly places: readonly HtmlPlace[];

  constructor(
    arxiv: string,
    ar5iv: string | undefined,
    private readonly fetch: Fetch,
  ) {
    const second = ar5iv === undefined ? [] : [{ service: 'ar5iv', base: ar5iv }];
    this.places = [{ service: 'arXiv HTML', base: arxiv }, ...second];
  }

  /** ar5iv sends its caller to the abstract page when it lacks a paper. */
  async read({ id, version = '' }: PaperRef, { service, base }: HtmlPlace, asked: Asked): Promise<PaperText> {
    const response = await askFor(this.fetch, `${base}/html/${id}${version}`, { service, ...asked });
    if (response.url.includes('/abs/')) throw new ServiceFailure(service, 'it does not have this paper', true);
    const paper = paperOfHtml(await response.text());
    if (paper === undefined) throw new ServiceFailure(service, 'its page holds no text of a paper', true);
    return { id, title: paper.title === '' ? id : paper.title, source: service, sections: paper.sections };
  }
}
