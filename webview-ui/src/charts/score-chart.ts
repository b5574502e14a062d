/** Dev scores with their 95 % intervals, one column an experiment, the baseline as a line to compare with. */
import type { PanelExperiment, PanelScore } from '../../../src/core/protocol/panel-view';
import { svg } from '../dom';
import { value } from '../format';
import { linear, padded, type Scale, ticks } from './scale';

export interface ScorePoint {
  id: string;
  parent: string | null;
  score: PanelScore;
  outcome: PanelExperiment['outcome'] | 'baseline';
}

export function scorePoints(baseline: PanelScore | null, experiments: readonly PanelExperiment[]): ScorePoint[] {
  const first: ScorePoint[] =
    baseline === null ? [] : [{ id: 'baseline', parent: null, score: baseline, outcome: 'baseline' }];
  const rest = experiments.flatMap(({ id, parent, score, outcome }) =>
    score === null ? [] : [{ id, parent: parent ?? 'baseline', score, outcome }],
  );
  return [...first, ...rest];
}

const height = 230;
const frame = { left: 46, right: 14, top: 14, bottom: 34 };

export function drawScores(points: readonly ScorePoint[], width: number): SVGElement {
  const [low, high] = padded(
    points.flatMap(({ score }) => [score.low, score.high]),
    [0, 1],
  );
  const y = linear(low, high, height - frame.bottom, frame.top);
  const column = (width - frame.left - frame.right) / Math.max(1, points.length);
  const x = (index: number): number => frame.left + column * (index + 0.5);
  const describe = points.map(({ id, score }) => `${id} ${value(score.value)}`).join(', ');
  return svg(
    'svg',
    { width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `Dev scores: ${describe}` },
    grid(y, low, high, width),
    baselineLine(points, y, width),
    parentLines(points, x, y),
    points.map((point, index) => mark(point, x(index), y, column)),
  );
}

function grid(y: Scale, low: number, high: number, width: number): SVGElement[] {
  return ticks(low, high, 5).map((tick) =>
    svg(
      'g',
      {},
      svg('line', { class: 'grid', x1: frame.left, x2: width - frame.right, y1: y.place(tick), y2: y.place(tick) }),
      svg('text', { class: 'tick', x: frame.left - 8, y: y.place(tick) + 4, 'text-anchor': 'end' }, tick.toFixed(2)),
    ),
  );
}

function baselineLine(points: readonly ScorePoint[], y: Scale, width: number): SVGElement | null {
  const baseline = points.find(({ outcome }) => outcome === 'baseline');
  if (baseline === undefined) return null;
  const at = y.place(baseline.score.value);
  return svg('line', { class: 'baseline-line', x1: frame.left, x2: width - frame.right, y1: at, y2: at });
}

function parentLines(points: readonly ScorePoint[], x: (index: number) => number, y: Scale): SVGElement[] {
  return points.flatMap((point, index) => {
    const parent = points.findIndex(({ id }) => id === point.parent);
    const from = points[parent];
    if (from === undefined || parent >= index) return [];
    const line = { x1: x(parent), y1: y.place(from.score.value), x2: x(index), y2: y.place(point.score.value) };
    return [svg('line', { class: 'lineage', ...line })];
  });
}

/** Outcome by colour and by shape: filled circle, square, diamond, hollow circle. */
function mark({ id, score, outcome }: ScorePoint, x: number, y: Scale, column: number): SVGElement {
  const [top, middle, bottom] = [y.place(score.high), y.place(score.value), y.place(score.low)];
  const whisker = (at: number): SVGElement => svg('line', { class: 'whisker', x1: x - 6, x2: x + 6, y1: at, y2: at });
  return svg(
    'g',
    { class: `score ${outcome.replace(' ', '-')}` },
    svg(
      'title',
      {},
      `${id}: ${value(score.value)} [${value(score.low)}, ${value(score.high)}], n = ${score.n}, ${outcome}`,
    ),
    svg('line', { class: 'whisker', x1: x, x2: x, y1: top, y2: bottom }),
    whisker(top),
    whisker(bottom),
    shape(outcome, x, middle),
    svg('text', { class: 'value', x: x + 10, y: middle - 7 }, value(score.value)),
    svg('text', { class: 'tick', x, y: height - frame.bottom + 20, 'text-anchor': 'middle' }, label(id, column)),
  );
}

function shape(outcome: ScorePoint['outcome'], x: number, y: number): SVGElement {
  if (outcome === 'promoted') return svg('path', { class: 'mark', d: star(x, y, 8) });
  if (outcome === 'promising') return svg('circle', { class: 'mark', cx: x, cy: y, r: 5 });
  if (outcome === 'not promoted') return svg('rect', { class: 'mark', x: x - 4.5, y: y - 4.5, width: 9, height: 9 });
  if (outcome === 'failed') return svg('path', { class: 'mark', d: `M${x - 5} ${y}l5 -6l5 6l-5 6z` });
  return svg('circle', { class: 'mark hollow', cx: x, cy: y, r: 5 });
}

function star(x: number, y: number, radius: number): string {
  const corners = Array.from({ length: 10 }, (_, index) => {
    const angle = (Math.PI / 5) * index - Math.PI / 2;
    const length = index % 2 === 0 ? radius : radius * 0.45;
    return `${(x + length * Math.cos(angle)).toFixed(1)} ${(y + length * Math.sin(angle)).toFixed(1)}`;
  });
  return `M${corners.join('L')}Z`;
}

/** As much of the name as fits under its column. */
function label(id: string, column: number): string {
  const room = Math.max(4, Math.floor(column / 7));
  return id.length <= room ? id : `${id.slice(0, room - 1)}…`;
}
