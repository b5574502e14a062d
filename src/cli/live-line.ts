/** The one line that a terminal keeps redrawing: the phase, what runs, and a bar with the time left while training. Pure. */
import { finalStates } from '../core/ports/box';
import type { MetricPoint } from '../core/run/runs';
import type { RunView } from '../core/run/view';
import { bar, duration, shorten } from './format';
import { jobName } from './narrate';

export interface LiveState {
  view: RunView;
  /** Last point of each job that reports metrics. */
  metrics: ReadonlyMap<string, MetricPoint>;
  phaseSeconds: number;
  frame: number;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

export function liveLine(state: LiveState, columns: number): string {
  const { view } = state;
  const parts = [
    `${frames[state.frame % frames.length] ?? ''} ${view.phase ?? 'preparing'}`,
    duration(state.phaseSeconds),
  ];
  const job = view.jobs.findLast(({ state: now }) => !finalStates.has(now));
  const point = job && state.metrics.get(job.id);
  if (view.state === 'waiting') parts.push('waits for your approval');
  else if (job && point) parts.push(jobName(job), trainingText(point));
  else if (job) parts.push(`${jobName(job)} ${job.state}`);
  if (view.contact === 'lost') parts.push('no contact with the box');
  return shorten(parts.join(' · '), Math.max(20, columns - 1));
}

export function trainingText(point: MetricPoint): string {
  const parts: string[] = [];
  if (point.total_steps) {
    const share = point.step / point.total_steps;
    parts.push(`${bar(share, 20)} ${Math.floor(share * 100)} %`);
  } else parts.push(`step ${point.step}`);
  if (point.loss !== undefined) parts.push(`loss ${point.loss.toFixed(3)}`);
  if (point.eta_seconds !== undefined) parts.push(`${duration(point.eta_seconds)} left`);
  return parts.join(' ');
}
