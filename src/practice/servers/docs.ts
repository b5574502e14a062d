/** The Hub's documentation: its search, its pages as Markdown and as HTML, and the list of a package's pages. */
import type { WorldContent, WorldDocPage } from './content';
import { json, text, type Handler, type PracticeRequest } from './exchange';
import { matching } from './matching';

const mostHits = 20;

export function docs({ docs: pages = [] }: WorldContent): Handler {
  return (request) => {
    const { path } = request;
    if (path === '/api/docs') return json(products(pages));
    if (path === '/api/docs/search') return json(hits(pages, request));
    const asked = /^\/docs\/(.+?)(\.md)?$/.exec(path);
    if (asked === null) return undefined;
    const [, name = '', markdown] = asked;
    if (name.endsWith('/llms.txt')) return listing(pages, name.slice(0, -'/llms.txt'.length), request.self);
    const page = pages.find((each) => each.path === name);
    if (page === undefined) return text('<!doctype html><title>404</title><h1>404</h1>', 'text/html', 404);
    return markdown === undefined ? text(asHtml(page), 'text/html') : text(asMarkdown(page), 'text/markdown');
  };
}

const productOf = ({ path }: WorldDocPage) => path.split('/', 1)[0] ?? '';

function products(pages: readonly WorldDocPage[]): unknown[] {
  return [...new Set(pages.map(productOf))].map((id) => ({ id, url: `/docs/${id}`, category: 'Libraries' }));
}

function hits(pages: readonly WorldDocPage[], { query, self }: PracticeRequest): unknown[] {
  const product = query.get('product');
  const sections = pages
    .filter((page) => product === null || productOf(page) === product)
    .flatMap((page) => page.sections.map((section) => ({ page, section })));
  const found = matching(sections, query.get('q') ?? '', ({ page, section }) =>
    [page.path, page.title, section.title, section.text].join(' '),
  );
  return found.slice(0, mostHits).map(({ page, section }) => ({
    text: `<p>${section.text}</p>`,
    product: productOf(page),
    heading1: page.title,
    heading2: section.title,
    source_page_url: `${self}/docs/${page.path}#${section.anchor}`,
    source_page_title: page.title,
  }));
}

function listing(pages: readonly WorldDocPage[], product: string, self: string) {
  const own = pages.filter((page) => productOf(page) === product);
  if (own.length === 0) return text('Not Found', 'text/plain', 404);
  const lines = own.map((page) => `- [${page.title}](${self}/docs/${page.path}.md)`);
  return text(`# ${product}\n\n${lines.join('\n')}\n`, 'text/plain');
}

function asMarkdown({ title, sections }: WorldDocPage): string {
  const parts = sections.map((section) => `## ${section.title}[[${section.anchor}]]\n\n${section.text}`);
  return `# ${title}\n\n${parts.join('\n\n')}\n`;
}

function asHtml({ title, sections }: WorldDocPage): string {
  const escape = (words: string) => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const parts = sections.map(
    (section) =>
      `<h2 id="${section.anchor}">${escape(section.title)}</h2>${section.text
        .split('\n\n')
        .map((each) => `<p>${escape(each)}</p>`)
        .join('')}`,
  );
  return `<!doctype html><html><head><title>${escape(title)}</title></head><body><nav>All pages</nav><main><h1>${escape(title)}</h1>${parts.join('')}</main></body></html>`;
}
