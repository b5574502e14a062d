/** The Hub's paper pages: daily papers, search, one paper with what is linked to it, and its text as Markdown. */
import type { WorldContent, WorldPaper } from './content';
import { json, text, type Handler } from './exchange';
import { matching } from './matching';
import { paperMarkdown } from './paper-text';

export function papers(content: WorldContent): Handler {
  const find = (id: string | undefined) => content.papers.find((paper) => paper.id === id);
  return ({ path, query }) => {
    const limit = Math.min(100, Number(query.get('limit') ?? 50));
    if (path === '/api/daily_papers') return json(daily(content.papers, query).slice(0, limit).map(wrapped));
    if (path === '/api/papers/search') {
      return json(
        matching(content.papers, query.get('q') ?? '', searchText)
          .slice(0, limit)
          .map(wrapped),
      );
    }
    const markdown = /^\/papers\/(.+)\.md$/.exec(path);
    if (markdown !== null) {
      const paper = find(markdown[1]);
      return paper === undefined || !['html', 'markdown'].includes(paper.fullText)
        ? text('Not Found', 'text/plain', 404)
        : text(paperMarkdown(paper, content), 'text/markdown');
    }
    const single = /^\/api\/(?:papers|arxiv)\/([^/]+)(\/repos)?$/.exec(path);
    const paper = find(single?.[1]);
    if (single === null) return undefined;
    if (paper === undefined) return json({ error: 'Paper not found' }, {}, 404);
    return json(single[2] === undefined ? { ...inner(paper), ...linked(paper) } : repos(paper));
  };
}

const searchText = (paper: WorldPaper) => [paper.title, paper.abstract, ...paper.keywords].join(' ');

function daily(all: readonly WorldPaper[], query: URLSearchParams): WorldPaper[] {
  const date = query.get('date') ?? query.get('month') ?? '';
  return all.filter((paper) => paper.published.startsWith(date)).sort((a, b) => b.upvotes - a.upvotes);
}

function inner(paper: WorldPaper): Record<string, unknown> {
  return {
    id: paper.id,
    authors: paper.authors.map((name) => ({ name, hidden: false })),
    publishedAt: paper.published,
    title: paper.title,
    summary: paper.abstract,
    upvotes: paper.upvotes,
    ai_keywords: paper.keywords,
  };
}

function wrapped(paper: WorldPaper): Record<string, unknown> {
  const { publishedAt, title, summary } = inner(paper);
  return { paper: inner(paper), publishedAt, title, summary, numComments: 0, isAuthorParticipating: false };
}

function repos(paper: WorldPaper): Record<string, unknown> {
  const items = (ids: readonly string[]) => ids.map((id) => ({ id }));
  return { models: items(paper.models), datasets: items(paper.datasets), spaces: [] };
}

function linked(paper: WorldPaper): Record<string, unknown> {
  return {
    linkedModels: paper.models.map((id) => ({ id })),
    numTotalModels: paper.models.length,
    linkedDatasets: paper.datasets.map((id) => ({ id })),
    numTotalDatasets: paper.datasets.length,
    linkedSpaces: [],
  };
}
