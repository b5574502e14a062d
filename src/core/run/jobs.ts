/**
 * Jobs of a run: submitted once by a client-made id, followed into the run's folder by byte offset, re-attached after a restart.
 * A lost connection is recorded as contact lost, never as a failed job.
 */
import { MlInternError } from '../errors';
import { finalStates, type Box, type JobRequest, type JobStatus, type JobUpdate } from '../ports/box';
import type { Store } from '../ports/store';
import type { Journal } from './journal';
import type { MetricPoint } from './runs';
import { Tails } from './tails';
import type { JobView } from './view';

export interface JobPlace {
  experiment: string | null;
  /** The experiment whose script is only tried. */
  trialOf?: string;
  /** Folder for the tailed copies, relative to the run's folder. */
  folder: string;
}

export interface JobsOptions {
  box: Box;
  journal: Journal;
  store: Store;
  runFolder: string;
  onMetrics: (job: string, points: MetricPoint[]) => void;
  /** Aborts following; jobs on the box go on. */
  signal: AbortSignal;
}

export class Jobs {
  private readonly followers = new Map<string, Promise<void>>();

  constructor(private readonly options: JobsOptions) {}

  /** Records the job, then hands it to the box; both steps may be repeated without starting it twice. */
  async submit(request: JobRequest, place: JobPlace): Promise<void> {
    const { box, journal, signal } = this.options;
    const { id, kind, approvedHash: contentHash } = request;
    await journal.recordIf(() => !this.view(id), 'job.submitted', {
      id,
      kind,
      contentHash,
      capSeconds: request.content.capSeconds,
      experiment: place.experiment,
      ...(place.trialOf === undefined ? {} : { trialOf: place.trialOf }),
      folder: this.ownFolder(place.folder),
    });
    if (this.isFinal(request.id)) return;
    const status = await box.submit(request, signal);
    // Once an end is recorded nobody follows any more: that is for the follower, which copies the files first.
    if (!finalStates.has(status.state)) await this.recordStatus(status);
    this.attach(request.id);
  }

  /** Resolves when the job is final. The signal only ends the wait. */
  async wait(id: string, signal: AbortSignal): Promise<JobView> {
    this.attach(id);
    await untilAborted(this.followers.get(id), signal);
    return this.require(id);
  }

  async run(request: JobRequest, place: JobPlace): Promise<JobView> {
    await this.submit(request, place);
    return this.wait(request.id, this.options.signal);
  }

  async stop(id: string): Promise<void> {
    await this.recordStatus(await this.options.box.stop(id));
  }

  /** Follows again every job that the log knows as unfinished and the box still knows. */
  async attachAll(): Promise<void> {
    const open = this.options.journal.view.jobs.filter((job) => !finalStates.has(job.state)).map((job) => job.id);
    if (open.length === 0) return;
    const known = await this.options.box.status(open, this.options.signal);
    for (const { id } of known) this.attach(id);
  }

  view(id: string): JobView | undefined {
    return this.options.journal.view.jobs.find((job) => job.id === id);
  }

  read(id: string, path: string): Promise<Uint8Array> {
    return this.options.box.read(id, path, undefined, this.options.signal);
  }

  /** A JSON answer of a finished job, e.g. `artifacts/result.json`. */
  async result(id: string, path = 'artifacts/result.json'): Promise<unknown> {
    const text = new TextDecoder().decode(await this.read(id, path));
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new MlInternError('job-failed', `Job ${id} left a ${path} that is not JSON.`, {
        next: "Read the job's stdout.log and stderr.log.",
        cause,
      });
    }
  }

  /**
   * The id for the next try of work that the service itself repeats (environments, evaluations): the last try when it is open or
   * finished, else a new one. Tool calls use the call's own id instead.
   */
  attempt(base: string): string {
    const tries = this.options.journal.view.jobs.filter((job) => job.id.startsWith(`${base}-t`));
    const last = tries.at(-1);
    const usable = last && (last.state === 'finished' || !finalStates.has(last.state));
    return usable ? last.id : `${base}-t${tries.length + 1}`;
  }

  private attach(id: string): void {
    if (this.followers.has(id) || this.isFinal(id)) return;
    const follower = this.follow(id).finally(() => this.followers.delete(id));
    // Whoever waits gets the error; without a waiter it must not end the process.
    follower.catch(() => undefined);
    this.followers.set(id, follower);
  }

  private async follow(id: string): Promise<void> {
    const { box, store, runFolder, signal } = this.options;
    const tails = new Tails({
      store,
      folder: `${runFolder}/${this.require(id).folder}`,
      onMetrics: (points) => this.options.onMetrics(id, points),
    });
    for await (const update of box.follow(id, await tails.begin(), signal)) await this.take(tails, update);
    if (!this.isFinal(id)) await this.refresh(id);
  }

  private async refresh(id: string): Promise<void> {
    for (const status of await this.options.box.status([id], this.options.signal)) await this.recordStatus(status);
  }

  private async take(tails: Tails, update: JobUpdate): Promise<void> {
    if (update.type === 'contact')
      return this.options.journal.record('box.contact', { state: update.state, message: update.message });
    if (update.type !== 'status') return tails.take(update);
    if (finalStates.has(update.status.state)) await tails.keep();
    await this.recordStatus(update.status);
  }

  /** Only a change of the state, or of what it waits for, is a fact worth an event; heartbeats are not. */
  private async recordStatus(status: JobStatus): Promise<void> {
    const { id, state, note, startedAt, endedAt, wallSeconds, gpuSeconds, failure } = status;
    const isNews = () => {
      const before = this.view(id);
      const changed = before?.state !== state || before.note !== note;
      return before !== undefined && changed && !finalStates.has(before.state);
    };
    await this.options.journal.recordIf(isNews, 'job.changed', {
      id,
      state,
      note,
      startedAt,
      endedAt,
      wallSeconds,
      gpuSeconds,
      failure,
    });
  }

  /** A second try in the same place gets a folder of its own: offsets in one job's log mean nothing in another's. */
  private ownFolder(folder: string): string {
    const taken = this.options.journal.view.jobs.filter(
      (job) => job.folder === folder || job.folder.startsWith(`${folder}/try-`),
    );
    return taken.length === 0 ? folder : `${folder}/try-${taken.length + 1}`;
  }

  private isFinal(id: string): boolean {
    const job = this.view(id);
    return job !== undefined && finalStates.has(job.state);
  }

  private require(id: string): JobView {
    const job = this.view(id);
    if (!job)
      throw new MlInternError('bad-input', `The run has no job ${id}.`, {
        next: 'Use the id that launch_job returned.',
      });
    return job;
  }
}

async function untilAborted(work: Promise<void> | undefined, signal: AbortSignal): Promise<void> {
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () =>
      reject(
        new MlInternError('cancelled', 'Stopped while waiting for a job; it goes on on the box.', {
          next: 'Resume the run to pick the job up again.',
        }),
      );
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
