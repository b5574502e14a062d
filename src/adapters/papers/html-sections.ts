/** A paper out of arXiv's HTML, read by LaTeXML's classes: heading levels shift from paper to paper, the classes do not. */
import { DomUtils, parseDocument } from 'htmlparser2';
import type { PaperReference, PaperSection } from '../../core/ports/papers';
import { paperIds } from '../../core/research/paper-ids';
import { blocksOf, hasClass, inlineOf, type Element, type Node } from '../../core/text/html-text';

const levels: readonly [string, number][] = [
  ['ltx_abstract', 1],
  ['ltx_part', 1],
  ['ltx_chapter', 1],
  ['ltx_section', 1],
  ['ltx_appendix', 1],
  ['ltx_bibliography', 1],
  ['ltx_acknowledgements', 1],
  ['ltx_subsection', 2],
  ['ltx_subsubsection', 3],
];
const aboutTheDocument = ['ltx_authors', 'ltx_dates', 'ltx_title_document', 'ltx_role_institutetext', 'ltx_TOC'];

/** What arXiv writes where the conversion of a paper failed, or was never made. */
const noConversion =
  /no html (is available )?for this paper|html (conversion|version|rendering)? ?is not available|conversion to html had a fatal error/i;
/** A page that says so and holds less than this is no paper. */
const fewestCharacters = 2000;

export interface HtmlPaper {
  title: string;
  sections: PaperSection[];
  references: PaperReference[];
  /** The conversion ended before the paper did. */
  isBroken: boolean;
}

/** Undefined when the page holds no paper, or one without text. */
export function paperOfHtml(html: string): HtmlPaper | undefined {
  if (unclosed(html) > mostUnclosed) return undefined;
  const page = parseDocument(html);
  const article = articleOf(page.children);
  if (article === undefined) return undefined;
  const heading = DomUtils.findOne((element) => hasClass(element, 'ltx_title_document'), article.children);
  const sections: PaperSection[] = [];
  collect({ id: 'text', title: 'Text', level: 1 }, article.children, sections);
  const isBroken = noConversion.test(html);
  const characters = sections.reduce((sum, { text }) => sum + text.length, 0);
  if (characters === 0 || (isBroken && characters < fewestCharacters)) return undefined;
  const title = heading === null ? '' : inlineOf(heading.children);
  return { title, sections: named(sections), references: referencesOf(article), isBroken };
}

/** Parsing takes the square of the depth: a page of nothing but open tags would hold up everything else. */
const mostUnclosed = 5000;

function unclosed(html: string): number {
  let open = 0;
  for (const [tag] of html.matchAll(/<\/?(?:div|span|section|article|figure|table|ul|ol)\b/gi))
    open += tag[1] === '/' ? -1 : 1;
  return open;
}

/** A page whose frame is broken still has LaTeXML's sections. */
function articleOf(nodes: Node[]): Element | undefined {
  const article = DomUtils.findOne((element) => hasClass(element, 'ltx_document'), nodes);
  if (article !== null) return article;
  const section = DomUtils.findOne((element) => levelOf(element) !== undefined, nodes);
  if (section === null) return undefined;
  return DomUtils.findOne((element) => element.name === 'body', nodes) ?? parentOf(section);
}

function parentOf(element: Element): Element {
  return element.parent !== null && DomUtils.isTag(element.parent) ? element.parent : element;
}

/** Broken documents use an id twice; every section must be reachable by its own. */
function named(sections: readonly PaperSection[]): PaperSection[] {
  const used = new Map<string, number>();
  return sections.map((section) => {
    const before = used.get(section.id) ?? 0;
    used.set(section.id, before + 1);
    return before === 0 ? section : { ...section, id: `${section.id}-${before + 1}` };
  });
}

function referencesOf(article: Element): PaperReference[] {
  const items = DomUtils.filter((node) => DomUtils.isTag(node) && hasClass(node, 'ltx_bibitem'), article.children);
  return items.filter(DomUtils.isTag).map((item) => {
    const tag = DomUtils.findOne((element) => hasClass(element, 'ltx_tag_bibitem'), item.children);
    const label = tag === null ? '' : inlineOf(tag.children);
    const text = inlineOf(item.children.filter((child) => child !== tag));
    const links = DomUtils.getElementsByTagName('a', item.children, true).map((link) => link.attribs['href'] ?? '');
    return { label, text, ids: paperIds([text, ...links].join(' ')) };
  });
}

type Heading = Omit<PaperSection, 'text'>;

/** A section's own text first, then the sections below it. */
function collect(heading: Heading, nodes: readonly Node[], into: PaperSection[]): void {
  const below: Element[] = [];
  const own = ownNodes(nodes, below);
  const text = blocksOf(own).join('\n\n');
  if (text !== '') into.push({ ...heading, text });
  for (const element of below) {
    const { title, rest } = titleAndRest(element);
    collect(headingOf(element, title, into.length), rest, into);
  }
}

/** Sections may lie inside plain wrappers, which are opened on the way. */
function ownNodes(nodes: readonly Node[], below: Element[]): Node[] {
  return nodes.flatMap((node) => {
    if (!DomUtils.isTag(node)) return [node];
    if (hasClass(node, ...aboutTheDocument)) return [];
    if (levelOf(node) !== undefined) {
      below.push(node);
      return [];
    }
    return holdsSections(node) ? ownNodes(node.children, below) : [node];
  });
}

function levelOf(element: Element): number | undefined {
  return levels.find(([name]) => hasClass(element, name))?.[1];
}

function holdsSections(element: Element): boolean {
  return DomUtils.existsOne((node) => DomUtils.isTag(node) && levelOf(node) !== undefined, element.children);
}

/** A heading that was never closed has swallowed what follows it. */
function titleAndRest(element: Element): { title: Node[]; rest: Node[] } {
  const heading = element.children.filter(DomUtils.isTag).find((child) => hasClass(child, 'ltx_title'));
  const rest = element.children.filter((child) => child !== heading);
  const inside = heading?.children ?? [];
  const end = inside.findIndex(
    (child) => DomUtils.isTag(child) && ['p', 'div', 'section', 'article'].includes(child.name),
  );
  return end < 0 ? { title: inside, rest } : { title: inside.slice(0, end), rest: [...inside.slice(end), ...rest] };
}

function headingOf(element: Element, title: readonly Node[], index: number): Heading {
  const fallback = hasClass(element, 'ltx_abstract') ? 'Abstract' : `Section ${index + 1}`;
  const words = inlineOf(title);
  const id = hasClass(element, 'ltx_abstract') ? 'abstract' : (element.attribs['id'] ?? `part${index + 1}`);
  return { id, title: words === '' ? fallback : words, level: levelOf(element) ?? 1 };
}
