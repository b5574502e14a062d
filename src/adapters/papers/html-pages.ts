/** Fetches a paper's HTML from arXiv or ar5iv and reads it. */
import type { Fetch } from '../../core/http/retry';
import type { PaperText } from '../../core/ports/papers';
import { paperOfHtml, type HtmlPaper } from './html-sections';
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
    const paper = read(await response.text());
    if (paper === undefined) throw new ServiceFailure(service, 'its page holds no text of a paper', true);
    const { title, sections, references, isBroken } = paper;
    const notes = isBroken ? { notes: ['The conversion to HTML broke off: the end of the paper may be missing.'] } : {};
    return { id, title: title === '' ? id : title, source: service, sections, references, ...notes };
  }
}

/** A page of thousands of tags that were never closed is deeper than can be read. */
function read(html: string): HtmlPaper | undefined {
  try {
    return paperOfHtml(html);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
