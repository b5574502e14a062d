/** Series of the machine's plots out of a job's readings: one plot a figure, one line a GPU. Pure. */
import type { PanelReading } from '../../../src/core/protocol/messages';

type Figures = (number | null)[];

export interface MachineLine {
  /** What tells it from the others; empty where it is alone. */
  label: string;
  points: Figures;
}

export interface MachinePlot {
  title: string;
  unit: string;
  /** The axis reaches at least to there. */
  most: number | null;
  lines: MachineLine[];
}

/** Time since the first reading. */
export interface Elapsed {
  unit: 'min' | 'h';
  values: number[];
}

export interface MachinePlots {
  elapsed: Elapsed;
  plots: MachinePlot[];
  /** No reading says anything of a GPU. */
  withoutGpu: boolean;
}

type Gpu = PanelReading['gpus'][number];

export function machinePlots(readings: readonly PanelReading[]): MachinePlots {
  const indices = [...new Set(readings.flatMap(({ gpus }) => gpus.map(({ index }) => index)))].sort((a, b) => a - b);
  const perGpu = (figure: (gpu: Gpu) => number | null): MachineLine[] =>
    indices.map((index) => ({
      label: indices.length === 1 ? '' : `GPU ${index}`,
      points: readings.map(({ gpus }) => {
        const gpu = gpus.find((each) => each.index === index);
        return gpu === undefined ? null : figure(gpu);
      }),
    }));
  const line = (figure: (reading: PanelReading) => number | null, label = ''): MachineLine => ({
    label,
    points: readings.map(figure),
  });
  const plots: MachinePlot[] = [
    { title: 'GPU busy', unit: '%', most: 100, lines: perGpu(({ busyPercent }) => busyPercent) },
    { title: 'GPU memory', unit: 'GiB', most: null, lines: perGpu(({ memoryMiB }) => gib(memoryMiB)) },
    { title: 'GPU power', unit: 'W', most: null, lines: perGpu(({ watts }) => watts) },
    { title: 'GPU temperature', unit: '°C', most: 90, lines: perGpu(({ celsius }) => celsius) },
    { title: 'CPU busy', unit: '%', most: 100, lines: [line(({ cpuPercent }) => cpuPercent)] },
    {
      ...{ title: 'Memory used', unit: 'GiB', most: null },
      lines: [
        line(({ memoryMiB }) => gib(memoryMiB), 'all'),
        line(({ jobMemoryMiB }) => gib(jobMemoryMiB), 'this job'),
      ],
    },
    { title: 'Disk free', unit: 'GiB', most: null, lines: [line(({ diskFreeMiB }) => gib(diskFreeMiB))] },
  ];
  return {
    elapsed: elapsed(readings.map(({ time }) => time)),
    plots: plots.map(measured).filter(({ lines }) => lines.length > 0),
    withoutGpu: indices.length === 0,
  };
}

const hour = 3600;

function elapsed(times: readonly number[]): Elapsed {
  const first = times[0] ?? 0;
  const unit = (times.at(-1) ?? 0) - first > 3 * hour ? 'h' : 'min';
  return { unit, values: times.map((time) => (time - first) / (unit === 'h' ? hour : 60)) };
}

/** A figure that a machine cannot tell, such as the power of a part of a GPU, is not drawn. */
function measured(plot: MachinePlot): MachinePlot {
  return { ...plot, lines: plot.lines.filter(({ points }) => points.some((point) => point !== null)) };
}

const gib = (mib: number | null): number | null => (mib === null ? null : mib / 1024);

export function figureText(figure: number | null | undefined, unit: string): string {
  if (figure === null || figure === undefined) return '–';
  const digits = unit === 'GiB' && figure < 100 ? 1 : 0;
  return `${figure.toFixed(digits)} ${unit}`;
}

/** Latest, lowest and highest that were measured. */
export function extent(points: Figures): { latest: number | null; low: number | null; high: number | null } {
  const known = points.filter((point) => point !== null);
  const by = (better: (a: number, b: number) => number): number | null =>
    known.length === 0 ? null : known.reduce((a, b) => better(a, b));
  return { latest: known.at(-1) ?? null, low: by(Math.min), high: by(Math.max) };
}
