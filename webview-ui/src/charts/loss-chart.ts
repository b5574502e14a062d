/** The live training plot: loss (left axis) of the latest experiments and the learning rate (right axis) of the newest. */
import type uPlot from 'uplot';
import type { PanelPoint } from '../../../src/core/protocol/messages';
import type { PanelJob } from '../../../src/core/protocol/panel-view';
import { h } from '../dom';
import { aligned, type TrainingPlot, trainingPlot } from './loss-series';
import { Plot } from './plot';
import { axisStyle, chartTheme, seriesStyle } from './theme';

const height = 230;

export class LossChart {
  readonly element = h('div', { class: 'loss-chart' });
  private readonly plot = new Plot();
  private readonly line = h('p', { class: 'muted summary', 'aria-live': 'polite' });
  private readonly table = h('details', { class: 'twin' });
  /** What was drawn last: a snapshot without a new point costs nothing. */
  private drawn = '';

  constructor() {
    this.element.append(this.line, this.plot.element, this.table);
  }

  /** False when there is nothing to draw yet. */
  show(jobs: readonly PanelJob[], series: Record<string, PanelPoint[]>): boolean {
    const plot = trainingPlot(jobs, series);
    if (plot.losses.length === 0) return false;
    const drawn = JSON.stringify([plot.summary, plot.losses.map(({ label, points }) => [label, points.length])]);
    if (drawn === this.drawn) return true;
    this.drawn = drawn;
    if (this.line.textContent !== plot.summary) this.line.textContent = plot.summary;
    const marks = plot.marks.map(({ step }) => step).join(' ');
    const shape = [plot.logarithmic, marks, ...plot.losses.map(({ label }) => label)].join('\n');
    this.plot.show({ shape, data: aligned(plot), options: (width) => options(plot, width) });
    this.showTable(plot);
    return true;
  }

  /** The same in words and numbers: first, lowest and latest loss of each series. */
  private showTable(plot: TrainingPlot): void {
    const rows = plot.losses.map(({ label, points }) => {
      const losses = points.map(({ loss }) => loss);
      const cells = [losses.at(0), Math.min(...losses), losses.at(-1)].map((loss) =>
        h('td', {}, loss?.toFixed(3) ?? ''),
      );
      return h('tr', {}, h('th', { scope: 'row' }, label), h('td', {}, String(points.at(-1)?.step ?? '')), cells);
    });
    const heads = ['Experiment', 'Step', 'First loss', 'Lowest loss', 'Latest loss'];
    const table = h(
      'table',
      {},
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          heads.map((head) => h('th', { scope: 'col' }, head)),
        ),
      ),
      h('tbody', {}, rows),
    );
    this.table.replaceChildren(h('summary', {}, 'Show as a table'), table);
  }
}

function options(plot: TrainingPlot, width: number): uPlot.Options {
  const theme = chartTheme();
  const axis = axisStyle(theme);
  const lossAxis: uPlot.Axis = { ...axis, label: 'loss', labelSize: 18, size: 48 };
  const losses: uPlot.Series[] = plot.losses.map(({ label, palette }) => ({
    label,
    ...seriesStyle(theme, palette),
    width: 2,
    spanGaps: true,
    points: { show: false },
    value: (_, loss) => (loss === null ? '' : loss.toFixed(3)),
  }));
  const rate: uPlot.Series = {
    label: 'learning rate',
    scale: 'rate',
    stroke: theme.rate,
    width: 1,
    dash: [3, 3],
    spanGaps: true,
    points: { show: false },
    value: (_, learningRate) => (learningRate === null ? '' : learningRate.toExponential(1)),
  };
  return {
    width,
    height,
    series: [{ label: 'step', value: (_, step) => (step === null ? '' : String(step)) }, ...losses, rate],
    scales: {
      x: { time: false },
      y: { distr: plot.logarithmic ? 3 : 1 },
      rate: { range: (_, low, high) => [Math.min(0, low), high * 1.1 || 1] },
    },
    axes: [
      { ...axis, grid: { show: false }, size: 34 },
      plot.logarithmic ? { ...lossAxis, ...onlyDecades(lossAxis), label: 'loss (log)' } : lossAxis,
      {
        ...axis,
        scale: 'rate',
        side: 1,
        label: 'learning rate',
        labelSize: 18,
        size: 58,
        grid: { show: false },
        values: shortRates,
      },
    ],
    cursor: { y: false, points: { size: 6 } },
    legend: { live: true },
    hooks: { draw: [(chart) => drawMarks(chart, plot.marks, theme.text)] },
  };
}

/** A line down the plot where a rule saw something; what it saw stands above the plot, in words. */
function drawMarks(chart: uPlot, marks: TrainingPlot['marks'], colour: string): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.setLineDash([6, 4]);
  for (const { step } of marks) {
    const x = chart.valToPos(step, 'x', true);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}

/** A logarithmic axis has a line for each multiple of each power; the powers are enough. */
function onlyDecades({ grid, ticks }: uPlot.Axis): uPlot.Axis {
  const filter: uPlot.Axis.Filter = (_, splits) =>
    splits.map((split) => (Math.abs(Math.log10(split) - Math.round(Math.log10(split))) < 1e-6 ? split : null));
  return { filter, grid: { ...grid, filter }, ticks: { ...ticks, filter } };
}

function shortRates(_: uPlot, values: number[]): string[] {
  return values.map((rate) => (rate === 0 ? '0' : Number(rate.toPrecision(2)).toExponential()));
}
