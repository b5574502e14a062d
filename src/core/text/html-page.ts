/** Any page of the web as sections of readable text: what frames it and what is hidden is left out. */
import { DomUtils } from 'htmlparser2';
import type { PaperSection } from '../ports/papers';
import { blocksOf, inlineOf, type Element, type Node } from './html-text';
import { parseHtml } from './parse-html';

export interface HtmlPage {
  title: string;
  sections: PaperSection[];
  links: { text: string; url: string }[];
}

const frames = new Set('aside dialog form iframe nav noscript object svg template'.split(' '));
const mostLinks = 200;

/** Throws a `RangeError` for HTML that is nested too deeply. */
export function pageOfHtml(html: string, url: string): HtmlPage {
  const document = parseHtml(html);
  const title = DomUtils.findOne((element) => element.name === 'title', document.children);
  const main = mainOf(document.children);
  prune(main);
  const sections = sectionsOf(main);
  const named = title === null ? '' : inlineOf(title.children);
  return { title: named === '' ? (sections[0]?.title ?? '') : named, sections, links: linksOf(main, url) };
}

/** The part that the page itself calls its main one; a lone article counts. */
function mainOf(nodes: readonly Node[]): Node[] {
  const all = (test: (element: Element) => boolean) => DomUtils.findAll(test, nodes as Node[]);
  const marked = all(({ name, attribs }) => name === 'main' || attribs['role'] === 'main');
  const articles = all(({ name }) => name === 'article');
  const body = all(({ name }) => name === 'body');
  const found = marked[0] ?? (articles.length === 1 ? articles[0] : undefined) ?? body[0];
  return found === undefined ? [...nodes] : [...found.children];
}

function prune(nodes: readonly Node[]): void {
  for (const element of DomUtils.findAll(() => true, nodes as Node[])) {
    if (frames.has(element.name) || isHidden(element)) DomUtils.removeElement(element);
    // The heading of an article lies in its header.
    else if (element.name === 'header') element.name = 'div';
  }
}

function isHidden({ attribs }: Element): boolean {
  const style = (attribs['style'] ?? '').replace(/\s+/g, '').toLowerCase();
  const isInvisible = /display:none|visibility:hidden|font-size:0(px|em|pt|;|$)|opacity:0(;|$)/.test(style);
  return 'hidden' in attribs || attribs['aria-hidden'] === 'true' || isInvisible;
}

const headingLevel = ({ name }: Element) => /^h([1-6])$/.exec(name)?.[1];

/** Every heading begins a section, however deep it lies. */
function sectionsOf(nodes: readonly Node[]): PaperSection[] {
  const sections: PaperSection[] = [];
  let heading = { title: '', level: 1 };
  let run: Node[] = [];
  const holders = headingHolders(nodes);
  const end = () => {
    const text = blocksOf(run).join('\n\n');
    if (text !== '' || heading.title !== '') sections.push({ id: `s${sections.length + 1}`, ...heading, text });
    run = [];
  };
  const walk = (node: Node): void => {
    const level = DomUtils.isTag(node) ? headingLevel(node) : undefined;
    if (!DomUtils.isTag(node) || (level === undefined && !holders.has(node))) run.push(node);
    else if (level === undefined) node.children.forEach(walk);
    else {
      end();
      heading = { title: inlineOf(node.children), level: Number(level) };
    }
  };
  nodes.filter(isAttached).forEach(walk);
  end();
  return sections;
}

/** What was pruned at the top has no place any more, and is not to be walked. */
function isAttached(node: Node): boolean {
  return !DomUtils.isTag(node) || !(frames.has(node.name) || isHidden(node));
}

/** All elements that have a heading somewhere below them. */
function headingHolders(nodes: readonly Node[]): Set<Node> {
  const holders = new Set<Node>();
  for (const heading of DomUtils.findAll((element) => headingLevel(element) !== undefined, nodes as Node[])) {
    for (let above = heading.parent; above !== null && !holders.has(above as Node); above = above.parent) {
      holders.add(above as Node);
    }
  }
  return holders;
}

function linksOf(nodes: readonly Node[], base: string): HtmlPage['links'] {
  const anchors = DomUtils.findAll(({ name, attribs }) => name === 'a' && 'href' in attribs, nodes.filter(isAttached));
  const links = anchors.flatMap(({ attribs, children }) => {
    const href = attribs['href'] ?? '';
    const url = URL.canParse(href, base) ? new URL(href, base) : undefined;
    const text = inlineOf(children);
    if (url === undefined || !/^https?:$/.test(url.protocol) || text === '' || href.startsWith('#')) return [];
    return [[url.href, text] as const];
  });
  return [...new Map(links)].slice(0, mostLinks).map(([url, text]) => ({ url, text }));
}
