/** The Hub's paper pages: search, the abstract, and the text as Markdown where the Hub has it. */
import { z } from 'zod';
import type { Fetch } from '../../core/http/retry';
import type { PaperHit, PaperText } from '../../core/ports/papers';
import { markdownSections } from '../../core/text/markdown-sections';
import { arxivUrl, askFor, askForJson, oneLine, ServiceFailure, yearOf, type Asking } from './service';

const service = 'Hugging Face papers';

const paperShape = z.object({
  id: z.string(),
  title: z.string(),
  summary: z.string().nullish(),
  publishedAt: z.string().nullish(),
  authors: z.array(z.object({ name: z.string().nullish() })).nullish(),
});
/** Lists wrap each paper, a single one comes flat. */
const itemShape = z.union([z.object({ paper: paperShape }).transform((item) => item.paper), paperShape]);

export class HfPapers {
  constructor(
    private readonly base: string,
    private readonly fetch: Fetch,
    private readonly token: () => Promise<string | undefined>,
  ) {}

  async search(query: string, limit: number, signal?: AbortSignal): Promise<PaperHit[]> {
    const url = `${this.base}/api/papers/search?${new URLSearchParams({ q: query, limit: String(limit) })}`;
    const items = await askForJson(this.fetch, url, z.array(itemShape), await this.asking(signal));
    return items.map((paper) => ({
      id: paper.id,
      title: oneLine(paper.title),
      authors: (paper.authors ?? []).flatMap((author) => oneLine(author.name) || []),
      year: yearOf(paper.publishedAt),
      citations: null,
      url: arxivUrl(paper.id),
      abstract: oneLine(paper.summary),
      sources: [service],
    }));
  }

  async read(id: string, signal?: AbortSignal): Promise<PaperText> {
    const response = await askFor(this.fetch, `${this.base}/papers/${id}.md`, await this.asking(signal));
    const text = await response.text();
    if (text.trimStart().startsWith('<')) throw new ServiceFailure(service, 'it sent a web page instead of Markdown');
    const { title, sections } = markdownSections(text);
    if (sections.length === 0) throw new ServiceFailure(service, 'its text is empty', true);
    return { id, title: title ?? id, source: `${service} (Markdown)`, sections };
  }

  private async asking(signal?: AbortSignal): Promise<Asking> {
    const token = await this.token();
    return { service, signal, ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }) };
  }
}
