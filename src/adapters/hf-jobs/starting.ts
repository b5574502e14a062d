/** Starts a job at most once. The Hub makes the ids, so a request that may have been lost is looked up by its label before it is repeated. */
import { MlInternError } from '../../core/errors';
import type { JobRequest } from '../../core/ports/box';
import type { Clock } from '../../core/ports/common';
import type { JobsApi } from './jobs-api';
import { isOver, labelNames, type HubJob } from './shapes';

const mostTries = 4;
/** How long a job may take to appear in the list after a request that broke off. */
const appearMs = 2_000;

export async function startOnce(
  api: JobsApi,
  clock: Clock,
  request: JobRequest,
  body: () => Record<string, unknown>,
  signal?: AbortSignal,
): Promise<HubJob> {
  const known = await findJob(api, request.id, signal);
  if (known) return same(known, request);
  const wanted = body();
  for (let attempt = 1; ; attempt++) {
    try {
      await api.run(wanted, signal);
      // Another client may have asked at the same moment: both see both, and keep the same one.
      return same((await keepOldest(api, request.id, signal)) ?? gone(request.id), request);
    } catch (error) {
      signal?.throwIfAborted();
      if (!MlInternError.is(error, 'box-unreachable')) throw error;
      await clock.sleep(appearMs * attempt, signal);
      const started = await keepOldest(api, request.id, signal);
      if (started) return same(started, request);
      if (attempt >= mostTries) throw error;
    }
  }
}

/** The one that counts, when there are several. */
export async function findJob(api: JobsApi, id: string, signal?: AbortSignal): Promise<HubJob | undefined> {
  return (await labelled(api, id, signal))[0];
}

async function keepOldest(api: JobsApi, id: string, signal: AbortSignal | undefined): Promise<HubJob | undefined> {
  const [oldest, ...younger] = await labelled(api, id, signal);
  for (const job of younger) if (!isOver(job)) await api.cancel(job.id, signal);
  return oldest;
}

/** The oldest first; the label is compared here too, lest a service that ignores the filter names a stranger's job. */
async function labelled(api: JobsApi, id: string, signal: AbortSignal | undefined): Promise<HubJob[]> {
  const jobs = await api.list({ [labelNames.id]: id }, signal);
  const order = (job: HubJob) => `${job.createdAt ?? ''} ${job.id}`;
  return jobs
    .filter((job) => job.labels?.[labelNames.id] === id)
    .sort((one, other) => (order(one) < order(other) ? -1 : 1));
}

function same(job: HubJob, request: JobRequest): HubJob {
  if (job.labels?.[labelNames.hash] === request.approvedHash.slice(0, 40)) return job;
  throw new MlInternError('bad-input', `Another job has the id ${request.id}.`, {
    next: 'Submit this one under an id of its own.',
  });
}

function gone(id: string): never {
  throw new MlInternError('box-unreachable', `The Hub took the job ${id} but does not list it.`, {
    next: 'Submit it again in a minute: it is never started twice.',
  });
}
