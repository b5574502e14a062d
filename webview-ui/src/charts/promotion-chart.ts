/** The result: baseline and best with their intervals on one scale, and the paired difference against zero. */
import type { PanelPromotion } from '../../../src/core/protocol/panel-view';
import { svg } from '../dom';
import { signed, value } from '../format';
import { linear, padded, type Scale, ticks } from './scale';

interface Row {
  label: string;
  value: number;
  low: number;
  high: number;
  className: string;
  say: (number: number) => string;
}

const rowHeight = 34;
const frame = { left: 112, right: 24 };

export function drawPromotion(promotion: PanelPromotion, width: number): SVGElement {
  const scores: Row[] = [
    { label: 'Baseline', ...promotion.baseline, className: 'baseline-row', say: value },
    { label: 'Best', ...promotion.best, className: 'best-row', say: value },
  ];
  const { difference } = promotion;
  const height = rowHeight * (difference === null ? 2 : 3) + (difference === null ? 26 : 66);
  const [low, high] = padded(
    scores.flatMap((row) => [row.low, row.high]),
    [0, 1],
  );
  const x = linear(low, high, frame.left, width - frame.right);
  const describe = scores.map((row) => `${row.label} ${value(row.value)}, ${value(row.low)} to ${value(row.high)}`);
  return svg(
    'svg',
    { width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': describe.join('; ') },
    scores.map((row, index) => drawRow(row, rowHeight * (index + 0.5), x)),
    axis(x, rowHeight * 2 + 4, value),
    difference === null ? null : drawDifference(difference, rowHeight * 2 + 40, width),
  );
}

function drawDifference(difference: NonNullable<PanelPromotion['difference']>, top: number, width: number): SVGElement {
  const row: Row = {
    label: 'Difference',
    ...difference,
    value: difference.difference,
    className: 'difference-row',
    say: signed,
  };
  const [low, high] = padded([0, row.low, row.high], [-1, 1]);
  const x = linear(low, high, frame.left, width - frame.right);
  const zero = { x1: x.place(0), x2: x.place(0), y1: top - 4, y2: top + rowHeight };
  return svg(
    'g',
    {},
    svg('line', { class: 'zero', ...zero }),
    drawRow(row, top + rowHeight / 2, x),
    axis(x, top + rowHeight + 2, signed),
  );
}

function drawRow(row: Row, y: number, x: Scale): SVGElement {
  const [from, to, at] = [x.place(row.low), x.place(row.high), x.place(row.value)];
  return svg(
    'g',
    { class: `interval ${row.className}` },
    svg('text', { class: 'row-label', x: frame.left - 12, y: y + 4, 'text-anchor': 'end' }, row.label),
    svg('rect', { class: 'band', x: from, y: y - 6, width: Math.max(2, to - from), height: 12, rx: 6 }),
    svg('circle', { class: 'point', cx: at, cy: y, r: 6 }),
    svg('title', {}, `${row.label} ${row.say(row.value)} [${row.say(row.low)}, ${row.say(row.high)}]`),
  );
}

function axis(x: Scale, y: number, say: (number: number) => string): SVGElement {
  const shorten = (tick: number): string => say(tick).replace(/0$/, '');
  return svg(
    'g',
    {},
    ticks(x.low, x.high, 6).map((tick) =>
      svg('text', { class: 'tick', x: x.place(tick), y: y + 12, 'text-anchor': 'middle' }, shorten(tick)),
    ),
  );
}
