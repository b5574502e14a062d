/** Text of LaTeXML's HTML: formulas as TeX, tables as Markdown, captions, lists and code, without the page's trimmings. */
import { DomUtils, type parseDocument } from 'htmlparser2';

export type Node = ReturnType<typeof parseDocument>['children'][number];
export type Element = ReturnType<typeof DomUtils.getElementsByTagName>[number];

const blockTags = new Set(
  'article blockquote dd div dl dt figcaption figure h1 h2 h3 h4 h5 h6 li ol p pre section table ul'.split(' '),
);
const silentTags = new Set('annotation annotation-xml button footer header img nav script style svg'.split(' '));
const silentClasses = ['ltx_ERROR', 'ltx_page_footer', 'ltx_page_header', 'ltx_TOC', 'ltx_note_mark', 'ltx_tag_note'];

export function hasClass(element: Element, ...names: string[]): boolean {
  const classes = (element.attribs['class'] ?? '').split(/\s+/);
  return names.some((name) => classes.includes(name));
}

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
    if (!DomUtils.isTag(node) || !blockTags.has(node.name)) run.push(node);
    else {
      endRun();
      if (!isSilent(node)) blocks.push(...blockOf(node));
    }
  }
  endRun();
  return blocks.filter((block) => block !== '');
}

function blockOf(element: Element): string[] {
  if (hasClass(element, 'ltx_equation', 'ltx_equationgroup', 'ltx_eqn_table')) return [equationOf(element)];
  if (hasClass(element, 'ltx_tabular')) return [tableOf(element)];
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
  if (node.name === 'math') return `$${(node.attribs['alttext'] ?? DomUtils.textContent(node)).trim()}$`;
  if (node.name === 'br') return ' ';
  const inner = node.children.map(inline).join('');
  if (hasClass(node, 'ltx_note')) return ` (${inner.replace(/\s+/g, ' ').trim()})`;
  return blockTags.has(node.name) ? ` ${inner} ` : inner;
}

function equationOf(element: Element): string {
  const formulas = DomUtils.getElementsByTagName('math', element.children, true);
  const tex = formulas.map((math) => (math.attribs['alttext'] ?? DomUtils.textContent(math)).trim());
  return tex.length === 0 ? '' : `$$${tex.join(' ')}$$`;
}

function codeOf(element: Element): string {
  const isLine = (node: Node) => DomUtils.isTag(node) && hasClass(node, 'ltx_listingline');
  const lines = DomUtils.filter(isLine, element.children);
  const code =
    lines.length > 0 ? lines.map((line) => DomUtils.textContent(line)).join('\n') : DomUtils.textContent(element);
  return `\`\`\`\n${code.replace(/\s+$/, '')}\n\`\`\``;
}

/** The first row is taken for the header; a cell over several columns is followed by empty ones. */
function tableOf(table: Element): string {
  const rows = DomUtils.getElementsByTagName('tr', table.children, true).map(cellsOf);
  const width = Math.max(0, ...rows.map((row) => row.length));
  if (width === 0) return '';
  const line = (row: readonly string[]) => `| ${Array.from({ length: width }, (_, i) => row[i] ?? '').join(' | ')} |`;
  const [header = [], ...body] = rows;
  return [line(header), line(Array<string>(width).fill('---')), ...body.map(line)].join('\n');
}

function cellsOf(row: Element): string[] {
  const cells = row.children.filter(DomUtils.isTag).filter((cell) => cell.name === 'td' || cell.name === 'th');
  return cells.flatMap((cell) => {
    const span = Math.min(50, Math.max(1, Number(cell.attribs['colspan'] ?? 1) || 1));
    return [inlineOf(cell.children).replaceAll('|', '\\|'), ...Array<string>(span - 1).fill('')];
  });
}
