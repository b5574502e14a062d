/** Rows of the jobs on a box, the newest first. */
import { stateText } from '../../core/box/job-telling';
import { finalStates, type JobState, type JobStatus } from '../../core/ports/box';
import { formatDuration } from '../format';
import { jobWords } from '../job-words';
import type { TreeNode } from './node';

/** The rest is listed by the command line. */
const shown = 50;

export function boxJobNodes(host: string, jobs: readonly JobStatus[]): TreeNode[] {
  return jobs
    .toSorted((a, b) => (b.submittedAt ?? b.startedAt ?? 0) - (a.submittedAt ?? a.startedAt ?? 0))
    .slice(0, shown)
    .map((job) => jobNode(host, job));
}

function jobNode(host: string, job: JobStatus): TreeNode {
  const over = finalStates.has(job.state);
  const ran = job.startedAt === null ? [] : [formatDuration(job.wallSeconds)];
  const gpus = job.gpus.length === 0 ? [] : [`GPU ${job.gpus.join(', ')}`];
  const state = stateText(job);
  return {
    id: `box/${host}/job ${job.id}`,
    label: capital(jobWords[job.kind]),
    description: [over ? job.state : state, ...ran, ...gpus, job.run].filter((part) => part !== '').join(' · '),
    tooltip: [`Job ${job.id}`, `Run ${job.run}`, state].join('\n'),
    ...icons[job.state],
    kind: `boxJob ${over ? 'over' : 'underWay'}`,
    command: over ? 'mlIntern.box.openLog' : 'mlIntern.box.attach',
    spoken: `Job ${jobWords[job.kind]} of run ${job.run}, ${state}`,
    box: host,
    job: job.id,
  };
}

const icons: Record<JobState, Pick<TreeNode, 'icon' | 'iconColor'>> = {
  queued: { icon: 'clock' },
  starting: { icon: 'sync~spin' },
  running: { icon: 'sync~spin' },
  stalled: { icon: 'warning', iconColor: 'charts.yellow' },
  finishing: { icon: 'sync~spin' },
  finished: { icon: 'pass', iconColor: 'charts.green' },
  failed: { icon: 'error', iconColor: 'charts.red' },
  stopped: { icon: 'debug-stop' },
  rebooted: { icon: 'debug-restart', iconColor: 'charts.red' },
};

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
