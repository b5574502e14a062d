/** A paper out of arXiv's HTML, read by LaTeXML's classes: heading levels shift from paper to paper, the classes do not. */
import { DomUtils, parseDocument } from 'htmlparser2';
import type { PaperSection } from '../../core/ports/papers';
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

export interface HtmlPaper {
  title: string;
  sections: PaperSection[];
}

/** Undefined when the page holds no paper, or one without text. */
export function paperOfHtml(html: string): HtmlPaper | undefined {
  const page = parseDocument(html);
  const article = DomUtils.findOne((element) => hasClass(element, 'ltx_document'), page.children);
  if (article === null) return undefined;
  const heading = DomUtils.findOne((element) => hasClass(element, 'ltx_title_document'), article.children);
  const sections: PaperSection[] = [];
  collect({ id: 'text', title: 'Text', level: 1 }, article.children, sections);
  if (sections.length === 0) return undefined;
  return { title: heading === null ? '' : inlineOf(heading.children), sections };
}

type Heading = Omit<PaperSection, 'text'>;

/** A section's own text first, then the sections below it. */
function collect(heading: Heading, nodes: readonly Node[], into: PaperSection[]): void {
  const below: Element[] = [];
  const own = ownNodes(nodes, below);
  const text = blocksOf(own).join('\n\n');
  if (text !== '') into.push({ ...heading, text });
  for (const element of below) {
    const title = element.children.filter(DomUtils.isTag).find((child) => hasClass(child, 'ltx_title'));
    const rest = element.children.filter((child) => child !== title);
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

function headingOf(element: Element, title: Element | undefined, index: number): Heading {
  const fallback = hasClass(element, 'ltx_abstract') ? 'Abstract' : `Section ${index + 1}`;
  const words = title === undefined ? '' : inlineOf(title.children);
  const id = hasClass(element, 'ltx_abstract') ? 'abstract' : (element.attribs['id'] ?? `part${index + 1}`);
  return { id, title: words === '' ? fallback : words, level: levelOf(element) ?? 1 };
}
