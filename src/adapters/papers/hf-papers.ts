/** The Hub's paper pages: search, the abstract, and the text as Markdown where the Hub has it. */
import { z } from 'zod';
import type { Fetch } from '../../core/http/retry';
import type { PaperHit, PaperLinks, PaperText } from '../../core/ports/papers';
import { markdownSections } from '../../core/text/markdown-sections';
import {
  arxivUrl,
  askFor,
  askForJson,
  oneLine,
  ServiceFailure,
  trusted,
  yearOf,
  type Asked,
  type Asking,
} from './service';

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

const linkedShape = z.array(z.object({ id: z.string() })).nullish();
const linksShape = z.object({
  linkedModels: linkedShape,
  linkedDatasets: linkedShape,
  linkedSpaces: linkedShape,
  githubRepo: z.string().nullish(),
});

type HubLinks = Omit<PaperLinks, 'missing'>;

export class HfPapers {
  constructor(
    private readonly base: string,
    private readonly fetch: Fetch,
    private readonly token: () => Promise<string | undefined>,
  ) {}

  async search(query: string, limit: number, asked: Asked): Promise<PaperHit[]> {
    const url = `${this.base}/api/papers/search?${new URLSearchParams({ q: query, limit: String(limit) })}`;
    const items = await askForJson(this.fetch, url, z.array(itemShape), await this.asking(asked));
    return items.map((paper) => ({
      id: paper.id,
      ids: { arxiv: paper.id },
      title: oneLine(paper.title),
      authors: (paper.authors ?? []).flatMap((author) => oneLine(author.name) || []),
      year: yearOf(paper.publishedAt),
      published: paper.publishedAt?.slice(0, 10) ?? null,
      citations: null,
      url: arxivUrl(paper.id),
      abstract: oneLine(paper.summary),
      sources: [service],
    }));
  }

  async read(id: string, asked: Asked): Promise<PaperText> {
    const response = await askFor(this.fetch, `${this.base}/papers/${id}.md`, await this.asking(asked));
    const { title, sections } = await trusted(response, async () => sectionsOf(await response.text()));
    return { id, title: title ?? id, source: `${service} (Markdown)`, sections };
  }

  /** What the Hub has linked to a paper. */
  async links(id: string, asked: Asked): Promise<HubLinks> {
    const url = `${this.base}/api/papers/${id}`;
    const paper = await askForJson(this.fetch, url, linksShape, await this.asking(asked));
    const ids = (items: z.infer<typeof linkedShape>) => (items ?? []).map((item) => item.id);
    return {
      models: ids(paper.linkedModels),
      datasets: ids(paper.linkedDatasets),
      spaces: ids(paper.linkedSpaces),
      code: paper.githubRepo ? [paper.githubRepo] : [],
    };
  }

  private async asking(asked: Asked): Promise<Asking> {
    const token = await this.token();
    return { service, ...asked, ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }) };
  }
}

function sectionsOf(text: string): ReturnType<typeof markdownSections> {
  if (text.trimStart().startsWith('<')) throw new ServiceFailure(service, 'it sent a web page instead of Markdown');
  const read = markdownSections(text);
  if (read.sections.length === 0) throw new ServiceFailure(service, 'its text is empty', true);
  return read;
}
