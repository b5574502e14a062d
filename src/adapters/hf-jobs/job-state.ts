/** A job's status from what the Hub says of its container and what the supervisor inside last said. */
import { jobKind } from '../../core/box/schema';
import { finalStates, type JobFailure, type JobStatus } from '../../core/ports/box';
import { isOver, labelNames, type HubJob } from './shapes';

/** `gpus` is how many the flavor has: all of them are paid for as long as the container runs. */
export function statusOf(job: HubJob, told: JobStatus | undefined, gpus: number): JobStatus {
  const status = isOver(job) ? ended(job, told) : open(job, told);
  return { ...status, gpuSeconds: Math.max(status.gpuSeconds, round(status.wallSeconds * gpus)) };
}

function open(job: HubJob, told: JobStatus | undefined): JobStatus {
  if (told !== undefined) return told;
  if (job.status.stage === 'SCHEDULING') {
    const message = job.status.message ? ` (${job.status.message})` : '';
    return {
      ...blank(job),
      state: 'queued',
      note: `Waiting for a free ${job.flavor ?? 'machine'} of HF Jobs${message}.`,
    };
  }
  return { ...blank(job), state: 'starting', note: 'The container starts.' };
}

function ended(job: HubJob, told: JobStatus | undefined): JobStatus {
  if (told !== undefined && finalStates.has(told.state)) return told;
  const { stage } = job.status;
  const base = { ...(told ?? blank(job)), note: null, endedAt: seconds(job.finishedAt) ?? told?.heartbeatAt ?? null };
  if (stage === 'CANCELED') return { ...base, state: 'stopped' };
  // The container ends with 0 only when the job finished, so this holds even where the Hub no longer has the log.
  if (stage === 'COMPLETED') return { ...base, state: 'finished', exitCode: 0 };
  return { ...base, state: 'failed', failure: failure(job, told) };
}

function failure(job: HubJob, told: JobStatus | undefined): JobFailure {
  const { stage, message } = job.status;
  const said = message ? `: ${message}` : '';
  if (/time(d)?[ -]?out/i.test(message ?? ''))
    return { class: 'timeout', message: `HF Jobs ended the job at its time limit${said}.` };
  if (stage === 'DELETED') return { class: 'lost', message: 'The job was deleted on the Hub.' };
  const when = told === undefined ? 'could not run the job' : 'ended the container before the job had ended';
  return { class: 'lost', message: `HF Jobs ${when}${said}.` };
}

function blank(job: HubJob): JobStatus {
  const started = seconds(job.startedAt);
  const ended = seconds(job.finishedAt);
  return {
    id: job.labels?.[labelNames.id] ?? '',
    run: job.labels?.[labelNames.run] ?? '',
    kind: jobKind.safeParse(job.labels?.[labelNames.kind]).data ?? 'train',
    state: 'starting',
    note: null,
    submittedAt: seconds(job.createdAt),
    startedAt: started,
    heartbeatAt: null,
    endedAt: null,
    exitCode: null,
    wallSeconds: started === null || ended === null ? 0 : Math.max(0, round(ended - started)),
    gpuSeconds: 0,
    gpus: [],
    failure: null,
  };
}

function seconds(date: string | null | undefined): number | null {
  const time = Date.parse(date ?? '');
  return Number.isNaN(time) ? null : time / 1000;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
