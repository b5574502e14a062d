/** What the status bar says of the runs that this window drives. */
import type { MetricPoint } from '../core/run/runs';
import type { Phase } from '../core/run/types';
import type { RunView } from '../core/run/view';
import { jobWords } from './job-words';

export interface StatusText {
  text: string;
  tooltip: string;
  /** Something waits for the person. */
  attention: boolean;
}

const phaseWords: Record<Phase, string> = {
  research: 'reading papers',
  data: 'looking for data',
  baseline: 'measuring the baseline',
  experiments: 'experimenting',
  promotion: 'deciding on promotion',
  report: 'writing the report',
};

export function statusText(
  views: readonly RunView[],
  pending: number,
  latest: (run: string, job: string) => MetricPoint | undefined,
): StatusText | undefined {
  if (pending > 0) {
    const what = pending === 1 ? '1 approval' : `${pending} approvals`;
    return {
      text: `$(bell-dot) ML Intern: ${what}`,
      tooltip: `${what} waiting for you. Click to review.`,
      attention: true,
    };
  }
  const [view, ...others] = views;
  if (view === undefined) return undefined;
  const more = others.length === 0 ? '' : ` (+${others.length})`;
  const tooltip = `${view.name}: ${phaseInWords(view)}. Click to open the run panel.`;
  if (view.contact === 'lost')
    return { text: `$(debug-disconnect) ML Intern: no contact with the box${more}`, tooltip, attention: false };
  return { text: `$(beaker) ML Intern: ${activity(view, latest)}${more}`, tooltip, attention: false };
}

function activity(view: RunView, latest: (run: string, job: string) => MetricPoint | undefined): string {
  const training = view.jobs.findLast((job) => job.kind === 'train' && job.state === 'running');
  if (training === undefined) {
    const job = view.jobs.findLast(({ state }) => state === 'running');
    return job === undefined ? phaseInWords(view) : jobWords[job.kind];
  }
  const point = latest(view.id, training.id);
  if (point === undefined) return `training ${training.experiment ?? ''}`.trimEnd();
  const steps = point.total_steps === undefined ? String(point.step) : `${point.step}/${point.total_steps}`;
  return point.loss === undefined ? `step ${steps}` : `step ${steps} · loss ${point.loss.toFixed(2)}`;
}

function phaseInWords(view: RunView): string {
  return view.phase === null ? 'starting' : phaseWords[view.phase];
}
