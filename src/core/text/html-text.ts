/** Text of LaTeXML's HTML: formulas as TeX, tables as Markdown, captions, lists and code, without the page's trimmings. */
import { DomUtils } from 'htmlparser2';
import { hasClass, type Element, type Node } from './html-dom';
import { isTable, tableOf } from './html-table';

export { hasClass, type Element, type Node } from './html-dom';

const blockTags = new Set(
  'article blockquote dd div dl dt figcaption figure h1 h2 h3 h4 h5 h6 li ol p pre section table ul'.split(' '),
);
/** In a line of text, what stands in different cells must not grow together. */
const cellTags = new Set(['td', 'th', 'tr']);
const silentTags = new Set('annotation annotation-xml button footer header img nav script style svg'.split(' '));
const silentClasses = ['ltx_ERROR', 'ltx_page_footer', 'ltx_page_header', 'ltx_TOC', 'ltx_note_mark', 'ltx_tag_note'];

const isSilent = (element: Element) => silentTags.has(element.name) || hasClass(element, ...silentClasses);

/** Paragraph by paragraph. */
export function blocksOf(nodes: readonly Node[]): string[] {
  const blocks: string[] = [];
  let run: Node[] = [];
  const endRun = () => {
    blocks.push(inlineOf(run));
    run = [];
  };
  for (const node of nodes) {
    if (!DomUtils.isTag(node) || !isBlock(node)) run.push(node);
    else {
      endRun();
      if (!isSilent(node)) blocks.push(...blockOf(node));
    }
  }
  endRun();
  return blocks.filter((block) => block !== '');
}

/** Also what is a block by its class only, and what holds a table: LaTeXML puts tables into spans of a paragraph. */
function isBlock(element: Element): boolean {
  if (blockTags.has(element.name) || isTable(element)) return true;
  if (element.name === 'math' || isSilent(element)) return false;
  return DomUtils.existsOne((inner) => DomUtils.isTag(inner) && isTable(inner), element.children);
}

function blockOf(element: Element): string[] {
  if (hasClass(element, 'ltx_equation', 'ltx_equationgroup', 'ltx_eqn_table')) return [equationOf(element)];
  if (isTable(element)) return [tableOf(element, (cell) => inlineOf(cell.children))];
  if (hasClass(element, 'ltx_listing', 'ltx_verbatim') || element.name === 'pre') return [codeOf(element)];
  if (hasClass(element, 'ltx_title')) return [bold(inlineOf(element.children))];
  if (element.name === 'li') return [`- ${blocksOf(element.children).join(' ')}`];
  return blocksOf(element.children);
}

const bold = (text: string) => (text === '' ? '' : `**${text}**`);

/** The text in one line. */
export function inlineOf(nodes: readonly Node[]): string {
  return nodes.map(inline).join('').replace(/\s+/g, ' ').trim();
}

function inline(node: Node): string {
  if (DomUtils.isText(node)) return node.data;
  if (!DomUtils.isTag(node) || isSilent(node)) return '';
  if (node.name === 'math') return `$${texOf(node)}$`;
  if (node.name === 'br') return ' ';
  const inner = node.children.map(inline).join('');
  if (hasClass(node, 'ltx_note')) return ` (${inner.replace(/\s+/g, ' ').trim()})`;
  if (node.name === 'sup' && /^\s*[-+\u2212]?\d+\s*$/.test(inner)) return `^{${inner.trim()}}`;
  return blockTags.has(node.name) || cellTags.has(node.name) ? ` ${inner} ` : inner;
}

/** The source of a formula, which LaTeXML keeps beside what it shows. */
function texOf(math: Element): string {
  const isSource = (node: Node) => DomUtils.isTag(node) && node.attribs['encoding'] === 'application/x-tex';
  const source = DomUtils.findOne(isSource, math.children);
  const text = source === null ? undefined : DomUtils.textContent(source);
  return (math.attribs['alttext'] ?? text ?? DomUtils.textContent(math)).trim();
}

/** With its number, by which the text speaks of it. */
function equationOf(element: Element): string {
  const tex = DomUtils.getElementsByTagName('math', element.children, true).map(texOf);
  if (tex.length === 0) return '';
  const isNumber = (node: Node) => DomUtils.isTag(node) && hasClass(node, 'ltx_tag_equation');
  const numbers = DomUtils.filter(isNumber, element.children).map((tag) => DomUtils.textContent(tag).trim());
  return [`$$${tex.join(' ')}$$`, ...new Set(numbers)].join(' ');
}

function codeOf(element: Element): string {
  const isLine = (node: Node) => DomUtils.isTag(node) && hasClass(node, 'ltx_listingline');
  const lines = DomUtils.filter(isLine, element.children);
  const code =
    lines.length > 0 ? lines.map((line) => DomUtils.textContent(line)).join('\n') : DomUtils.textContent(element);
  return `\`\`\`\n${code.replace(/\s+$/, '')}\n\`\`\``;
}
