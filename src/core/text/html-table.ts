/** A table of HTML as Markdown. LaTeXML writes tables as `table` or, inside a paragraph, as spans with the same classes. */
import { DomUtils } from 'htmlparser2';
import { hasClass, type Element } from './html-dom';

/** No real table has a cell over more. */
const widestSpan = 50;

/** The first row is taken for the header. A cell over several columns is followed by empty ones; one over several rows is repeated. */
export function tableOf(table: Element, textOf: (cell: Element) => string): string {
  const rows = filled(ownRows(table).map((row) => cellsOf(row, textOf)));
  const width = Math.max(0, ...rows.map((row) => row.length));
  if (width === 0) return '';
  const line = (row: readonly string[]) => `| ${Array.from({ length: width }, (_, i) => row[i] ?? '').join(' | ')} |`;
  const [header = [], ...body] = rows;
  return [line(header), line(Array<string>(width).fill('---')), ...body.map(line)].join('\n');
}

export function isTable(element: Element): boolean {
  return element.name === 'table' || hasClass(element, 'ltx_tabular');
}

const isRow = (element: Element) => element.name === 'tr' || hasClass(element, 'ltx_tr');
const isCell = (element: Element) => ['td', 'th'].includes(element.name) || hasClass(element, 'ltx_td', 'ltx_th');

/** Without the rows of tables in its cells, which are text of the cell. */
function ownRows(inside: Element): Element[] {
  return inside.children.filter(DomUtils.isTag).flatMap((child) => {
    if (isRow(child)) return [child];
    return isTable(child) || isCell(child) ? [] : ownRows(child);
  });
}

interface Cell {
  text: string;
  columns: number;
  rows: number;
}

function cellsOf(row: Element, textOf: (cell: Element) => string): Cell[] {
  return row.children
    .filter(DomUtils.isTag)
    .filter(isCell)
    .map((cell) => ({
      text: textOf(cell).replaceAll('|', '\\|'),
      columns: spanOf(cell, 'colspan'),
      rows: spanOf(cell, 'rowspan'),
    }));
}

function spanOf(cell: Element, kind: 'colspan' | 'rowspan'): number {
  const named = new RegExp(`\\bltx_${kind}_(\\d+)`).exec(cell.attribs['class'] ?? '')?.[1];
  return Math.min(widestSpan, Math.max(1, Number(cell.attribs[kind] ?? named ?? 1) || 1));
}

/** Every row with a text for each of its columns. */
function filled(rows: readonly Cell[][]): string[][] {
  const from = new Map<number, { text: string; left: number }>();
  return rows.map((cells) => {
    const line: string[] = [];
    const takeAbove = () => {
      for (let above = from.get(line.length); above !== undefined && above.left > 0; above = from.get(line.length)) {
        above.left -= 1;
        line.push(above.text);
      }
    };
    for (const { text, columns, rows: down } of cells) {
      takeAbove();
      for (let column = 0; column < columns; column++) {
        const shown = column === 0 ? text : '';
        from.set(line.length, { text: shown, left: down - 1 });
        line.push(shown);
      }
    }
    takeAbove();
    return line;
  });
}
