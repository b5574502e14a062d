/** HF Jobs as a box: each job is a container of its own that tells everything in its log; a bucket keeps what jobs share. */
import { followJob } from '../../core/box/follow';
import { MlInternError } from '../../core/errors';
import { finalStates, type Box, type BoxCard, type JobFile, type JobRequest } from '../../core/ports/box';
import type { JobStatus, JobUpdate } from '../../core/ports/box';
import type { Clock } from '../../core/ports/common';
import type { Flavor } from '../../core/ports/hardware';
import { containerOf } from './container';
import { cardOf, flavorNamed, flavorsOf } from './hardware';
import { followLog, readLog, type LogSource } from './job-log';
import { statusOf } from './job-state';
import { JobsApi } from './jobs-api';
import { Artifacts, checkPath, isLog, LogFile, type Place } from './reading';
import { isOver, labelNames, type HubJob } from './shapes';
import { findJob, startOnce } from './starting';

export interface HfJobsBoxOptions {
  name: string;
  flavor: string;
  /** The account that runs and pays; the token's own when absent. */
  namespace?: string | undefined;
  endpoint: string;
  token: () => Promise<string | undefined>;
  image?: string | undefined;
  /** Bucket that keeps environments, models and jobs, `owner/name`. */
  volume?: string | undefined;
  /** Where the bucket is in the container, and so the root of the box. */
  mountPath?: string;
  packageFiles: Readonly<Record<string, string>>;
  clock: Clock;
}

const usualImage = 'ghcr.io/astral-sh/uv:python3.12-bookworm';
const usualMountPath = '/ml-intern';
const jobId = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
/** The last status of a job is among its last lines. */
const tailLines = 40;
const mostListed = 200;
/** Logs that are looked into at the same time. */
const atOnce = 8;

export class HfJobsBox implements Box {
  readonly name: string;
  private readonly api: JobsApi;
  private readonly log: LogSource;
  private flavors: Promise<Flavor[]> | undefined;
  private readonly starting = new Map<string, Promise<HubJob>>();
  /** What is final never changes. */
  private readonly ended = new Map<string, JobStatus>();

  constructor(private readonly options: HfJobsBoxOptions) {
    this.name = options.name;
    this.api = new JobsApi(options);
    this.log = { api: this.api, clock: options.clock, statusOf: (job, told) => this.priced(job, told) };
  }

  /** The cheapest first. */
  hardware(signal?: AbortSignal): Promise<Flavor[]> {
    this.flavors ??= this.api.hardware(signal).then(flavorsOf);
    this.flavors.catch(() => (this.flavors = undefined));
    return this.flavors;
  }

  async check(signal?: AbortSignal): Promise<BoxCard> {
    const flavor = flavorNamed(await this.hardware(signal), this.options.flavor);
    const account = await this.api.whoAmI(signal);
    const { name, image = usualImage, volume, namespace = account } = this.options;
    const hub = { name: 'the Hub', url: this.api.endpoint, reachable: true, detail: `signed in as ${account}` };
    const missing =
      volume === undefined
        ? [{ what: 'a bucket that keeps environments, models and jobs', mend: mendVolume(namespace) }]
        : [];
    return cardOf(flavor, { name, host: 'HF Jobs', os: image, root: this.root(), network: [hub], missing });
  }

  async submit(request: JobRequest, signal?: AbortSignal): Promise<JobStatus> {
    checkId(request.id);
    const { volume, image = usualImage, flavor, packageFiles } = this.options;
    if (volume === undefined) throw await this.noVolume(signal);
    const body = () => containerOf(request, { flavor, image, volume, mountPath: this.root(), packageFiles });
    // One after the other within this process; `startOnce` sees to other processes.
    const running = this.starting.get(request.id) ?? startOnce(this.api, this.options.clock, request, body, signal);
    this.starting.set(request.id, running);
    try {
      return await this.statusNow(await running, signal);
    } finally {
      this.starting.delete(request.id);
    }
  }

  async status(ids: readonly string[], signal?: AbortSignal): Promise<JobStatus[]> {
    const jobs = await Promise.all(ids.map((id) => findJob(this.api, id, signal)));
    return Promise.all(jobs.filter((job) => job !== undefined).map((job) => this.statusNow(job, signal)));
  }

  async list(signal?: AbortSignal): Promise<JobStatus[]> {
    const jobs = (await this.api.list({ [labelNames.ours]: 'job' }, signal)).slice(0, mostListed).reverse();
    // A job that two clients asked for at once is there twice; the older one counts.
    const counting = jobs.filter((job, place) => jobs.findIndex((each) => idOf(each) === idOf(job)) === place);
    const statuses: JobStatus[] = [];
    for (let start = 0; start < counting.length; start += atOnce) {
      const some = counting.slice(start, start + atOnce).map((job) => this.statusNow(job, signal));
      statuses.push(...(await Promise.all(some)));
    }
    return statuses;
  }

  async *follow(id: string, from: Partial<Record<JobFile, number>>, signal?: AbortSignal): AsyncGenerator<JobUpdate> {
    let hub: string | undefined;
    const open = async (places: Partial<Record<JobFile, number>>, ending: AbortSignal) => {
      hub ??= (await this.known(id, ending)).id;
      return followLog(this.log, { hub, id }, places, ending);
    };
    yield* followJob({ open, clock: this.options.clock }, from, signal);
  }

  /** Cancels the container: the Hub asks it to end, and what grace the job has to save a checkpoint is the Hub's to say. */
  async stop(id: string, signal?: AbortSignal): Promise<JobStatus> {
    const job = await this.known(id, signal);
    if (isOver(job)) return this.statusNow(job, signal);
    const cancelled = await this.api.cancel(job.id, signal);
    if (isOver(cancelled)) return this.statusNow(cancelled, signal);
    const note = 'HF Jobs is ending the container; how long the job has to save a checkpoint is not promised.';
    return { ...(await this.priced(cancelled, undefined)), state: 'finishing', note };
  }

  async read(id: string, path: string, range?: Place, signal?: AbortSignal): Promise<Uint8Array> {
    checkPath(path);
    const job = await this.known(id, signal);
    if (isLog(path)) {
      const file = new LogFile(path, range);
      await readLog(this.log, { hub: job.id, id }, undefined, (item) => file.take(item), signal);
      return file.content();
    }
    const artifacts = new Artifacts();
    await readLog(this.log, { hub: job.id, id }, undefined, (item) => (artifacts.take(item), true), signal);
    const content = artifacts.content(path, `hf://buckets/${this.options.volume ?? ''}/jobs/${id}`);
    if (content === undefined) throw noFile(id, path, isOver(job));
    return range ? content.subarray(range.offset, range.offset + range.limit) : content;
  }

  async close(): Promise<void> {
    // Every request is a connection of its own.
  }

  private root(): string {
    return this.options.mountPath ?? usualMountPath;
  }

  private async known(id: string, signal?: AbortSignal): Promise<HubJob> {
    const job = jobId.test(id) ? await findJob(this.api, id, signal) : undefined;
    if (job) return job;
    throw new MlInternError('bad-input', `There is no job ${id} on ${this.name}.`, {
      next: 'List the jobs of the box.',
    });
  }

  /** The last that the container said, and the Hub's word where it said nothing. */
  private async statusNow(job: HubJob, signal?: AbortSignal): Promise<JobStatus> {
    const known = this.ended.get(job.id);
    if (known) return known;
    let told: JobStatus | undefined;
    const take = (item: { type: string; status?: JobStatus }) => {
      told = item.status ?? told;
      return told === undefined || !finalStates.has(told.state);
    };
    if (job.status.stage !== 'SCHEDULING')
      await readLog(this.log, { hub: job.id, id: idOf(job) ?? '' }, tailLines, take, signal);
    const status = await this.priced(job, told);
    if (told !== undefined && finalStates.has(told.state)) this.ended.set(job.id, status);
    return status;
  }

  private async priced(job: HubJob, told: JobStatus | undefined): Promise<JobStatus> {
    const flavors = await this.hardware().catch((): Flavor[] => []);
    const flavor = job.flavor ?? this.options.flavor;
    return statusOf(job, told, flavors.find(({ name }) => name === flavor)?.gpus ?? 0);
  }

  private async noVolume(signal?: AbortSignal): Promise<MlInternError> {
    const namespace = await this.api.namespace(signal);
    const why = 'without one, environments and models would be built anew for every job and lost after it';
    return new MlInternError('bad-input', `HF Jobs needs a bucket: ${why}.`, { next: mendVolume(namespace) });
  }
}

function idOf(job: HubJob): string | undefined {
  return job.labels?.[labelNames.id];
}

function mendVolume(namespace: string): string {
  const bucket = `${namespace}/ml-intern-work`;
  return `hf buckets create ${bucket}, then set mlIntern.hfJobs.volume (or ML_INTERN_HF_JOBS_VOLUME) to ${bucket}`;
}

function checkId(id: string): void {
  if (jobId.test(id)) return;
  throw new MlInternError('bad-input', `${JSON.stringify(id)} is not a job id.`, {
    next: 'Use letters, digits, dots and dashes.',
  });
}

function noFile(id: string, path: string, over: boolean): MlInternError {
  const next = over ? 'Look at its logs.' : 'Wait until the job has ended: files are told at its end.';
  return new MlInternError('bad-input', `The job ${id} has told no file ${path}.`, { next });
}
