/** What the machine does while a job runs: GPUs, CPU, memory, disk. */
import { extent, figureText, machinePlots, type MachinePlots } from '../charts/telemetry-series';
import { MachineChart } from '../charts/machine-chart';
import type { PanelJob } from '../../../src/core/protocol/panel-view';
import { h, Section } from '../dom';
import { capital } from '../format';
import type { State } from '../state';
import { empty, table } from './parts';

export class Machine {
  readonly element = h('div', { class: 'machine' });
  private readonly nothing = new Section<string[]>(h('div', {}), (lines) => [empty(...lines)]);
  private readonly whose = h('p', { class: 'muted summary' });
  private readonly note = h('p', { class: 'muted' }, withoutGpu);
  private readonly charts = new Map<string, MachineChart>();
  private readonly grid = h('div', { class: 'machine-charts' });
  private readonly twin = h('details', { class: 'twin' });
  private drawn: State['telemetry'] = null;

  constructor() {
    this.element.append(this.nothing.element, this.whose, this.note, this.grid, this.twin);
  }

  show(jobs: readonly PanelJob[], telemetry: State['telemetry']): void {
    const job = jobs.find(({ id }) => id === telemetry?.job);
    const { elapsed, plots, withoutGpu: none } = machinePlots(telemetry?.readings ?? []);
    const isEmpty = plots.length === 0;
    this.nothing.element.hidden = !isEmpty;
    if (isEmpty) this.nothing.show(whyEmpty(job));
    for (const part of [this.whose, this.grid, this.twin]) part.hidden = isEmpty;
    this.note.hidden = isEmpty || !none;
    const whose = job === undefined ? '' : nameOf(job);
    if (this.whose.textContent !== whose) this.whose.textContent = whose;
    if (isEmpty || telemetry === this.drawn) return;
    this.drawn = telemetry;
    const charts = plots.map((plot) => {
      const chart = this.charts.get(plot.title) ?? new MachineChart();
      this.charts.set(plot.title, chart);
      chart.show(elapsed, plot);
      return chart.element;
    });
    const isSame =
      charts.length === this.grid.children.length && charts.every((each, i) => this.grid.children[i] === each);
    if (!isSame) this.grid.replaceChildren(...charts);
    this.twin.replaceChildren(h('summary', {}, 'Show as a table'), numbers(plots));
  }
}

const withoutGpu = 'No GPU is drawn: the job uses none, or nvidia-smi on the box did not answer.';

function whyEmpty(job: PanelJob | undefined): string[] {
  if (job === undefined)
    return ['No job has run yet.', 'GPU, CPU, memory and disk of the box are drawn here while a job runs.'];
  return job.live
    ? [
        `Nothing is recorded of ${nameOf(job)} yet.`,
        'The box records what it does every few seconds once the job runs.',
      ]
    : [
        `Nothing was recorded of ${nameOf(job)}.`,
        'It ended before the box recorded what it did, or its box records nothing.',
      ];
}

function nameOf({ doing, experiment, live }: PanelJob): string {
  const what = [capital(doing), experiment].filter((part) => part !== null).join(': ');
  return live ? what : `${what} (over)`;
}

function numbers(plots: MachinePlots['plots']): HTMLElement {
  const rows = plots.flatMap(({ title, unit, lines }) =>
    lines.map(({ label, points }) => {
      const { latest, low, high } = extent(points);
      const name = label === '' ? title : `${title}, ${label}`;
      return [name, ...[latest, low, high].map((figure) => figureText(figure, unit))];
    }),
  );
  return table(['Figure', 'Latest', 'Lowest', 'Highest'], rows);
}
