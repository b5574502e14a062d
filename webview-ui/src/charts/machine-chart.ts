/** One figure of the machine over time, small: its title and latest value in words, and the curve. */
import type uPlot from 'uplot';
import { h, svg } from '../dom';
import { Plot } from './plot';
import { type Elapsed, extent, figureText, type MachinePlot } from './telemetry-series';
import { axisStyle, chartTheme, dashes, seriesStyle } from './theme';

const height = 110;

export class MachineChart {
  private readonly caption = h('figcaption', {});
  private readonly plot = new Plot();
  readonly element = h('figure', { class: 'machine-chart' }, this.caption, this.plot.element);

  show({ unit: timeUnit, values: times }: Elapsed, plot: MachinePlot): void {
    const { title, unit, lines } = plot;
    const values = lines.map(({ label, points }, palette) =>
      h(
        'span',
        { class: 'number' },
        lines.length === 1 ? null : keyLine(palette),
        label === '' ? '' : `${label} `,
        h('strong', {}, figureText(extent(points).latest, unit)),
      ),
    );
    this.caption.replaceChildren(h('div', {}, title), h('div', { class: 'values' }, values));
    const shape = [title, timeUnit, ...lines.map(({ label }) => label)].join('\n');
    const data: uPlot.AlignedData = [times, ...lines.map(({ points }) => points)];
    this.plot.show({ shape, data, options: (width) => options(plot, timeUnit, width) });
  }
}

/** The line as it is drawn, before its name: colour and dash. */
function keyLine(palette: number): SVGElement {
  const dash = (dashes[palette % dashes.length] ?? []).join(' ');
  return svg(
    'svg',
    { class: 'key-line', width: 22, height: 8, 'aria-hidden': 'true' },
    svg('line', { class: `series-${palette % dashes.length}`, x1: 0, x2: 22, y1: 4, y2: 4, 'stroke-dasharray': dash }),
  );
}

function options({ lines, most }: MachinePlot, timeUnit: string, width: number): uPlot.Options {
  const theme = chartTheme();
  const axis = axisStyle(theme);
  return {
    ...{ width, height, padding: [8, 20, 0, 0], legend: { show: false }, cursor: { show: false } },
    series: [
      {},
      ...lines.map((_, palette) => ({
        ...seriesStyle(theme, palette),
        ...{ width: 1.5, spanGaps: false, points: { show: false } },
      })),
    ],
    scales: { x: { time: false }, y: { range: (_, _low, high) => [0, Math.max(most ?? 0, (high || 1) * 1.1)] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 24,
        values: (_, splits) => splits.map((split) => `${split} ${timeUnit}`),
      },
      { ...axis, size: 40, space: 28 },
    ],
  };
}
