/** Series of the training plot: loss of the latest training jobs side by side, and the learning rate of the newest. Pure. */
import type { PanelPoint } from '../../../src/core/protocol/messages';
import type { PanelJob } from '../../../src/core/protocol/panel-view';
import { decimate } from './decimate';

export interface LossSeries {
  label: string;
  /** Position in the palette; an experiment keeps its own. */
  palette: number;
  points: { step: number; loss: number }[];
}

export interface TrainingPlot {
  losses: LossSeries[];
  rate: { step: number; rate: number }[];
  /** Where rules saw something in the newest training. */
  marks: { step: number; text: string }[];
  /** Losses span so much that only a logarithmic axis shows them all. */
  logarithmic: boolean;
  /** One sentence for screen readers and the line under the title. */
  summary: string;
}

const shown = 4;
const mostDrawn = 2000;

export function trainingPlot(jobs: readonly PanelJob[], series: Record<string, PanelPoint[]>): TrainingPlot {
  const measured = (kind: string): PanelJob[] =>
    jobs.filter((job) => job.kind === kind && (series[job.id]?.length ?? 0) > 0);
  // The practice world makes its base model first; that is worth watching until there is an experiment.
  const trained = measured('train').length > 0 ? measured('train') : measured('pretrain').slice(-1);
  const first = Math.max(0, trained.length - shown);
  const losses = trained.slice(first).map((job, index) => ({
    label: nameOf(job),
    palette: first + index,
    points: lossPoints(series[job.id] ?? []),
  }));
  const newest = trained.at(-1);
  const points = newest === undefined ? [] : (series[newest.id] ?? []);
  const marks = newest?.marks ?? [];
  return {
    losses,
    rate: ratePoints(points),
    marks,
    logarithmic: spansMuch(losses),
    summary: newest === undefined ? '' : [summary(newest, points), ...marks.map(({ text }) => text)].join('. '),
  };
}

const muchWider = 30;

function spansMuch(losses: readonly LossSeries[]): boolean {
  const all = losses.flatMap(({ points }) => points.map(({ loss }) => loss));
  const low = all.reduce((least, loss) => Math.min(least, loss), Infinity);
  const high = all.reduce((most, loss) => Math.max(most, loss), -Infinity);
  return low > 0 && high / low > muchWider;
}

function lossPoints(points: readonly PanelPoint[]): LossSeries['points'] {
  const measured = points.flatMap(({ step, loss }) => (loss === null ? [] : [{ step, loss }]));
  return decimate(measured, mostDrawn, ({ loss }) => loss);
}

function ratePoints(points: readonly PanelPoint[]): TrainingPlot['rate'] {
  const measured = points.flatMap(({ step, learningRate }) =>
    learningRate === null ? [] : [{ step, rate: learningRate }],
  );
  return decimate(measured, mostDrawn, ({ rate }) => rate);
}

function nameOf(job: PanelJob): string {
  return job.experiment ?? (job.kind === 'pretrain' ? 'practice base model' : job.id);
}

function summary(job: PanelJob, points: readonly PanelPoint[]): string {
  const last = points.findLast(({ loss }) => loss !== null) ?? points.at(-1);
  if (last === undefined) return '';
  const steps = last.totalSteps === null ? `step ${last.step}` : `step ${last.step} of ${last.totalSteps}`;
  const loss = last.loss === null ? '' : `, loss ${last.loss.toFixed(3)}`;
  const left =
    job.state === 'running' && last.etaSeconds !== null ? `, about ${Math.ceil(last.etaSeconds)} s left` : '';
  return `${nameOf(job)}: ${steps}${loss}${left}`;
}

/** Columns over one shared x axis, with gaps where a series has no point there: what uPlot draws. */
export function aligned(plot: TrainingPlot): [number[], ...(number | null)[][]] {
  const lines = [
    ...plot.losses.map(({ points }) => new Map(points.map(({ step, loss }) => [step, loss]))),
    new Map(plot.rate.map(({ step, rate }) => [step, rate])),
  ];
  const steps = [...new Set(lines.flatMap((line) => [...line.keys()]))].sort((a, b) => a - b);
  return [steps, ...lines.map((line) => steps.map((step) => line.get(step) ?? null))];
}
