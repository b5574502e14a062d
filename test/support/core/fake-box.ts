/**
 * A box in memory: each job does at once what `perform` says and its files can be followed, or a test scripts what following yields.
 * Like the real one it starts a job id once and forgets nothing while it lives; a copy stands for the box at a moment.
 */
import { contentHash } from '../../../src/core/hash';
import { finalStates, type Box, type BoxCard, type JobFile, type JobRequest } from '../../../src/core/ports/box';
import type { JobState, JobStatus, JobUpdate } from '../../../src/core/ports/box';
import { seal } from '../../../src/core/sealing';
import { boxCard, jobStatus } from './samples';

/** What runs over this box seal with. */
export const itemsKey = 'c0ffee'.repeat(8);

export interface Outcome {
  state?: JobState;
  failure?: JobStatus['failure'];
  wallSeconds?: number;
  gpuSeconds?: number;
  logs?: Partial<Record<JobFile, string>>;
  artifacts?: Record<string, string>;
}

interface FakeJob {
  request: JobRequest;
  status: JobStatus;
  outcome: Outcome;
}

export type Following = (from: Partial<Record<JobFile, number>>, signal?: AbortSignal) => AsyncIterable<JobUpdate>;

export class FakeBox implements Box {
  readonly name = 'fake';
  /** Ids in the order in which they really started. */
  readonly started: string[] = [];
  private readonly jobs = new Map<string, FakeJob>();
  private readonly scripted = new Map<string, Following>();

  constructor(private readonly perform: (request: JobRequest) => Outcome = () => ({})) {}

  /** The box as it is now, for a run that is taken up again later. */
  copy(): FakeBox {
    const copy = new FakeBox(this.perform);
    copy.started.push(...this.started);
    for (const [id, job] of this.jobs) copy.jobs.set(id, { ...job });
    return copy;
  }

  /** What following the job yields from now on. */
  script(id: string, following: Following): void {
    this.scripted.set(id, following);
  }

  request(id: string): JobRequest {
    return this.job(id).request;
  }

  set(id: string, state: JobState, rest: Partial<JobStatus> = {}): void {
    this.job(id).status = jobStatus(id, state, rest);
  }

  forget(id: string): void {
    this.jobs.delete(id);
  }

  /** What differs from an ordinary box. */
  card: Partial<BoxCard> = {};

  check(): Promise<BoxCard> {
    return Promise.resolve({ ...boxCard(this.name), ...this.card });
  }

  async submit(request: JobRequest): Promise<JobStatus> {
    if (contentHash(request.content) !== request.approvedHash) throw new Error('The box was sent another content.');
    const known = this.jobs.get(request.id);
    if (known) return known.status;
    const outcome = this.perform(request);
    const status = jobStatus(request.id, 'running', { kind: request.kind });
    this.jobs.set(request.id, { request, outcome, status });
    this.started.push(request.id);
    return Promise.resolve(status);
  }

  status(ids: readonly string[]): Promise<JobStatus[]> {
    return Promise.resolve(ids.flatMap((id) => this.jobs.get(id)?.status ?? []));
  }

  list(): Promise<JobStatus[]> {
    return Promise.resolve([...this.jobs.values()].map(({ status }) => status));
  }

  async *follow(
    id: string,
    from: Partial<Record<JobFile, number>>,
    signal?: AbortSignal,
  ): AsyncGenerator<JobUpdate, void, undefined> {
    const scripted = this.scripted.get(id);
    if (scripted) return yield* scripted(from, signal);
    const job = this.job(id);
    const { outcome } = job;
    for (const [file, text] of Object.entries(outcome.logs ?? {}) as [JobFile, string][]) {
      const bytes = new TextEncoder().encode(text);
      const offset = from[file] ?? 0;
      if (offset < bytes.length) yield { type: 'data', file, offset, bytes: bytes.subarray(offset) };
    }
    if (!finalStates.has(job.status.state))
      job.status = {
        ...job.status,
        state: outcome.state ?? 'finished',
        endedAt: 1_700_000_060,
        exitCode: outcome.failure ? 1 : 0,
        wallSeconds: outcome.wallSeconds ?? 60,
        gpuSeconds: outcome.gpuSeconds ?? 0,
        failure: outcome.failure ?? null,
      };
    yield { type: 'status', status: job.status };
  }

  stop(id: string): Promise<JobStatus> {
    const job = this.job(id);
    if (!finalStates.has(job.status.state)) job.status = { ...job.status, state: 'stopped' };
    return Promise.resolve(job.status);
  }

  read(id: string, path: string): Promise<Uint8Array> {
    const artifacts = this.job(id).outcome.artifacts ?? {};
    const name = path.replace(/^artifacts\//, '');
    const plain = artifacts[name.replace('.sealed', '.jsonl')] ?? artifacts[name.replace('.sealed', '.json')];
    // A test says what is in it.
    if (name.endsWith('.sealed') && plain !== undefined) return Promise.resolve(seal(plain, itemsKey));
    const text = artifacts[name];
    if (text === undefined) return Promise.reject(new Error(`Job ${id} has no ${path}.`));
    return Promise.resolve(new TextEncoder().encode(text));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private job(id: string): FakeJob {
    const job = this.jobs.get(id);
    if (!job) throw new Error(`The box does not know job ${id}.`);
    return job;
  }
}
