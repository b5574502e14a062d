/** arXiv: the Atom query API, the HTML full text and the PDF; and ar5iv beside it. */
import { createHash } from 'node:crypto';
import { parseQuery, worldCategory } from './arxiv-query';
import type { WorldContent, WorldPaper } from './content';
import { text, type Handler, type Reply } from './exchange';
import { paperPdf } from './paper-pdf';
import { escape, paperHtml } from './paper-text';

export function arxiv(content: WorldContent): Handler {
  return (request) => {
    if (request.path === '/api/query') return query(content.papers, request.query);
    const [, kind, id] = /^\/(html|pdf|abs)\/(.+?)(v\d+)?$/.exec(request.path) ?? [];
    if (id === undefined) return undefined;
    const paper = content.papers.find((candidate) => candidate.id === id);
    if (kind === 'abs' && paper !== undefined) return text(abstractPage(paper), 'text/html');
    if (kind === 'pdf' && paper !== undefined && paper.fullText !== 'none') return pdf(paper);
    return kind === 'html' && paper?.fullText === 'html' ? text(paperHtml(paper, content), 'text/html') : noHtml(paper);
  };
}

/** ar5iv has papers whose HTML arXiv lacks, and sends its caller on to the abstract page of others. */
export function ar5iv(content: WorldContent, arxivUrl: () => string): Handler {
  return ({ path }) => {
    const id = /^\/html\/(.+?)(v\d+)?$/.exec(path)?.[1];
    if (id === undefined) return undefined;
    const paper = content.papers.find((candidate) => candidate.id === id);
    if (paper?.fullText === 'html' || paper?.fullText === 'ar5iv') return text(paperHtml(paper, content), 'text/html');
    return { status: 307, headers: { location: `${arxivUrl()}/abs/${id}` }, body: '' };
  };
}

function pdf(paper: WorldPaper): Reply {
  return { status: 200, headers: { 'content-type': 'application/pdf' }, body: paperPdf(paper) };
}

/** For papers that it has without HTML, arXiv says so on a page with status 200. */
function noHtml(paper: WorldPaper | undefined): Reply {
  const page = '<html><body><h1>No HTML for this paper</h1><p>HTML is not available for the source.</p></body></html>';
  return text(page, 'text/html', paper?.fullText === 'ar5iv' || paper?.fullText === 'pdf' ? 200 : 404);
}

function abstractPage({ title, abstract }: WorldPaper): string {
  return `<html><body><h1>${escape(title)}</h1><blockquote>${escape(abstract)}</blockquote></body></html>`;
}

function query(all: readonly WorldPaper[], parameters: URLSearchParams): Reply {
  const ids = (parameters.get('id_list') ?? '').split(',').filter((id) => id !== '');
  const malformed = ids.find((id) => !/^(\d{4}\.\d{4,5}|[a-z-]+(\.[A-Z]{2})?\/\d{7})(v\d+)?$/.test(id));
  if (malformed !== undefined) return errorFeed(malformed);
  const [start, limit] = [Number(parameters.get('start') ?? 0), Number(parameters.get('max_results') ?? 10)];
  const search = parameters.get('search_query') ?? '';
  const matches = search === '' ? () => true : parseQuery(search);
  const wanted = ids.map((id) => id.replace(/v\d+$/, ''));
  const hits = all.filter(
    (paper) => (wanted.length === 0 ? search !== '' : wanted.includes(paper.id)) && matches(paper),
  );
  return feed(search, hits.slice(start, start + limit).map(entry), hits.length, start, limit);
}

function entry(paper: WorldPaper): string {
  const authors = paper.authors.map((name) => `<author><name>${escape(name)}</name></author>`).join('');
  const date = new Date(paper.published).toISOString().replace(/\.\d+Z$/, 'Z');
  return `<entry><id>http://arxiv.org/abs/${paper.id}v1</id><title>${escape(paper.title.replace(' ', '\n  '))}</title>
<updated>${date}</updated><link href="https://arxiv.org/abs/${paper.id}v1" rel="alternate" type="text/html"/>
<summary>${escape(paper.abstract)}</summary><category term="${worldCategory}" scheme="http://arxiv.org/schemas/atom"/>
<published>${date}</published><arxiv:primary_category term="${worldCategory}"/>${authors}</entry>`;
}

function feed(
  search: string,
  entries: readonly string[],
  total: number,
  start: number,
  limit: number,
  status = 200,
): Reply {
  const id = createHash('sha1').update(search).digest('hex');
  const body = `<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
<id>https://arxiv.org/api/${id}</id><title>arXiv Query: search_query=${escape(search)}</title>
<opensearch:itemsPerPage>${limit}</opensearch:itemsPerPage><opensearch:totalResults>${total}</opensearch:totalResults><opensearch:startIndex>${start}</opensearch:startIndex>
${entries.join('\n')}
</feed>`;
  return text(body, 'application/atom+xml', status);
}

/** arXiv reports a malformed id as an entry that looks like a paper. */
function errorFeed(id: string): Reply {
  const error = `<entry><id>https://arxiv.org/api/errors#incorrect_id_format_for_${escape(id)}</id><title>Error</title>
<summary>incorrect id format for ${escape(id)}</summary><author><name>arXiv api core</name></author></entry>`;
  return feed('', [error], 1, 0, 10, 400);
}
