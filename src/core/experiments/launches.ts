/** Which launch a training job belongs to. A launch has one job, and one more for each time that memory ran out. */
import { sha256 } from '../hash';
import type { Proposal, ProposalSubject } from '../run/types';
import type { ExperimentView, JobView, RunView } from '../run/view';

type LaunchSubject = Extract<ProposalSubject, { kind: 'launch' }>;

export interface LaunchOfJob {
  proposal: Proposal;
  subject: LaunchSubject;
  /** The id of its first job. */
  base: string;
  /** Which rung of its ladder the job trains with. */
  rung: number;
}

export function launchJobId(run: string, experiment: string, callId: string, rung = 0): string {
  return `${run}-${experiment}-${sha256(callId).slice(0, 6)}${rung === 0 ? '' : `-r${rung}`}`;
}

export function launchOf(view: RunView, job: string): LaunchOfJob | undefined {
  const [, base = job, rung = '0'] = /^(.*?)(?:-r(\d+))?$/.exec(job) ?? [];
  for (const { proposal } of view.proposals) {
    const { subject } = proposal;
    if (subject.kind === 'launch' && launchJobId(view.id, subject.experiment, proposal.id) === base)
      return { proposal, subject, base, rung: Number(rung) };
  }
  return undefined;
}

/** Every job of the launch that `job` belongs to, the first one first. */
export function jobsOfLaunch(view: RunView, job: string): JobView[] {
  const base = launchOf(view, job)?.base ?? job;
  return view.jobs.filter(({ id }) => id === base || launchOf(view, id)?.base === base);
}

/** What a training really ran with. */
export interface TrainedWith {
  /** As written, or the rung of the ladder that it came down to. */
  config: Record<string, unknown>;
  capSeconds: number;
  /** Absent where the log does not tell. */
  gpus?: number;
}

export function trainedWith(view: RunView, { config }: Pick<ExperimentView, 'config'>, job: JobView): TrainedWith {
  const { capSeconds } = job;
  const launch = launchOf(view, job.id);
  if (launch === undefined) return { config, capSeconds };
  const { ladder, gpus } = launch.subject;
  return { config: ladder?.[launch.rung]?.config ?? config, capSeconds, ...(gpus === undefined ? {} : { gpus }) };
}
