/** Semantic Scholar's graph API: search, one paper, what it cites and what cites it. Only the asked-for fields come back. */
import { createHash } from 'node:crypto';
import type { WorldContent, WorldPaper } from './content';
import { json, type Handler, type Reply } from './exchange';
import { matching } from './matching';
import { plainText } from './paper-text';

const paperPath = /^\/graph\/v1\/paper\/((?:ARXIV|arXiv):[^/]+|[0-9a-f]{40})(?:\/(references|citations))?$/;

export function semanticScholar(content: WorldContent): Handler {
  const find = (id: string) =>
    content.papers.find((paper) => paperId(paper) === id || `arxiv:${paper.id}` === id.toLowerCase());
  return ({ path, query, method, body }) => {
    const fields = (query.get('fields') ?? 'title').split(',').filter((field) => field !== '');
    const unknown = fields.find((field) => !knownFields.has(field.split('.').at(-1) ?? ''));
    if (unknown !== undefined) return json({ error: `Unrecognized or unsupported fields: [${unknown}]` }, {}, 400);
    if (path === '/graph/v1/paper/batch' && method === 'POST') return batch(find, body, fields);
    if (path === '/graph/v1/paper/search') return search(content.papers, query, fields);
    const match = paperPath.exec(path);
    if (match === null) return undefined;
    const paper = find(match[1] ?? '');
    if (paper === undefined) return json({ error: `Paper with id ${match[1]} not found` }, {}, 404);
    if (match[2] === undefined) return json(record(paper, fields));
    return edges(content, paper, match[2] as 'references' | 'citations', query, fields);
  };
}

const edgeFields = ['contexts', 'intents', 'isInfluential'];
const knownFields = new Set([
  ...['paperId', 'title', 'abstract', 'year', 'publicationDate', 'externalIds', 'url', 'citationCount', 'name'],
  ...['influentialCitationCount', 'referenceCount', 'isOpenAccess', 'authors', 'tldr', 'venue', ...edgeFields],
]);

const paperId = (paper: WorldPaper) => createHash('sha1').update(`paper ${paper.id}`).digest('hex');

function record(paper: WorldPaper, fields: readonly string[]): Record<string, unknown> {
  const whole: Record<string, unknown> = {
    title: paper.title,
    abstract: paper.abstract,
    year: Number(paper.published.slice(0, 4)),
    publicationDate: paper.published.slice(0, 10),
    externalIds: { ArXiv: paper.id },
    url: `https://www.semanticscholar.org/paper/${paperId(paper)}`,
    citationCount: paper.citationCount,
    influentialCitationCount: Math.floor(paper.citationCount / 10),
    referenceCount: paper.references.length,
    isOpenAccess: true,
    authors: paper.authors.map((name) => ({ authorId: null, name })),
    tldr: null,
    venue: '',
  };
  const wanted = new Set(fields.map((field) => field.split('.')[0]));
  return { paperId: paperId(paper), ...Object.fromEntries(Object.entries(whole).filter(([key]) => wanted.has(key))) };
}

function search(all: readonly WorldPaper[], query: URLSearchParams, fields: readonly string[]): Reply {
  const { offset, limit } = page(query);
  const [since = '', until = ''] = (query.get('publicationDateOrYear') ?? ':').split(':');
  const fewest = Number(query.get('minCitationCount') ?? 0);
  const fitting = all.filter(({ published, citationCount }) => {
    const day = published.slice(0, 10);
    return day >= since && day <= (until || '9999') && citationCount >= fewest;
  });
  const hits = matching(fitting, query.get('query') ?? '', (paper) => `${paper.title} ${paper.abstract}`);
  if (hits.length === 0) return json({ total: 0, offset: 0 });
  const data = hits.slice(offset, offset + limit).map((paper) => record(paper, fields));
  return json({ total: hits.length, offset, ...next(offset, limit, hits.length), data });
}

/** Unknown papers are null; none known at all is a mistake. */
function batch(find: (id: string) => WorldPaper | undefined, body: string, fields: readonly string[]): Reply {
  const { ids } = JSON.parse(body) as { ids: string[] };
  const found = ids.map(find);
  if (found.every((paper) => paper === undefined)) return json({ error: 'No valid paper ids given' }, {}, 400);
  return json(found.map((paper) => (paper === undefined ? null : record(paper, fields))));
}

function edges(
  content: WorldContent,
  paper: WorldPaper,
  direction: 'references' | 'citations',
  query: URLSearchParams,
  fields: readonly string[],
): Reply {
  const { offset, limit } = page(query);
  const forward = direction === 'references';
  const others = forward
    ? content.papers.filter((other) => paper.references.includes(other.id))
    : content.papers.filter((other) => other.references.includes(paper.id));
  const data = others.slice(offset, offset + limit).map((other) => {
    const [citing, cited] = forward ? [paper, other] : [other, paper];
    const key = forward ? 'citedPaper' : 'citingPaper';
    return { [key]: record(other, fields), ...edge(citing, cited, fields) };
  });
  return json({ offset, ...next(offset, limit, others.length), data });
}

function edge(citing: WorldPaper, cited: WorldPaper, fields: readonly string[]): Record<string, unknown> {
  const influential = citing.influences.includes(cited.id);
  const whole: Record<string, unknown> = {
    contexts: contexts(citing, cited.id),
    intents: [influential ? 'methodology' : 'background'],
    isInfluential: influential,
  };
  return Object.fromEntries(edgeFields.filter((name) => fields.includes(name)).map((name) => [name, whole[name]]));
}

/** The sentences of the citing paper that hold the citation. */
function contexts(citing: WorldPaper, cited: string): string[] {
  const sentences = citing.sections.flatMap((section) => section.paragraphs).flatMap((p) => p.split(/(?<=\.)\s+/));
  return sentences
    .filter((sentence) => sentence.includes(`[@${cited}]`))
    .map((sentence) => plainText(citing, sentence));
}

function page(query: URLSearchParams): { offset: number; limit: number } {
  return { offset: Number(query.get('offset') ?? 0), limit: Number(query.get('limit') ?? 100) };
}

const next = (offset: number, limit: number, total: number) => (offset + limit < total ? { next: offset + limit } : {});
