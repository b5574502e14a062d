/** The machine that trains. One port, several adapters (SSH, local machine; later Slurm and HF Jobs). */

export type JobKind = 'environment' | 'model' | 'overlap' | 'train' | 'evaluate' | 'pretrain';
export type JobState = 'queued' | 'starting' | 'running' | 'finishing' | 'finished' | 'failed' | 'stopped' | 'lost';
export type FailureClass =
  | 'oom-gpu'
  | 'oom-host'
  | 'disk-full'
  | 'nan'
  | 'import-error'
  | 'killed'
  | 'timeout'
  | 'not-approved'
  | 'environment'
  | 'exit'
  | 'lost';

/** Exactly what is approved and run: strings and integers only, so that it hashes the same everywhere. */
export type JobContent = {
  /** Commands run one after the other in the job's work folder; `{python}` is the environment's interpreter. */
  steps: string[][];
  env: { [name: string]: string };
  /** Path below the work folder -> SHA-256 of the file. */
  files: { [path: string]: string };
  /** Hash of the environment, or null for the box's own python3. */
  environment: string | null;
  capSeconds: number;
};

export interface JobRequest {
  /** Made by the client; submitting the same id twice never starts two jobs. */
  id: string;
  run: string;
  kind: JobKind;
  content: JobContent;
  approvedHash: string;
  /** The files of `content.files`, by the same paths. */
  files: Record<string, string | Uint8Array>;
  /** Given to the job's environment only; never written to disk or shown. */
  secrets?: Record<string, string>;
}

export interface JobFailure {
  class: FailureClass;
  message: string;
}

/** Times are unix seconds by the box's clock. */
export interface JobStatus {
  id: string;
  kind: JobKind;
  state: JobState;
  startedAt: number | null;
  heartbeatAt: number | null;
  endedAt: number | null;
  exitCode: number | null;
  wallSeconds: number;
  gpuSeconds: number;
  failure: JobFailure | null;
}

export type JobFile = 'metrics.jsonl' | 'stdout.log' | 'stderr.log';

/** What following a job yields. `offset` is where `bytes` begins in the file. */
export type JobUpdate =
  | { type: 'status'; status: JobStatus }
  | { type: 'data'; file: JobFile; offset: number; bytes: Uint8Array }
  | { type: 'contact'; state: 'lost' | 'regained'; message: string };

export interface GpuInfo {
  name: string;
  memoryMiB: number;
  usedMiB: number;
  driver: string;
}

export interface BoxCard {
  name: string;
  os: string;
  python: string;
  cpus: number;
  memoryMiB: number;
  diskFreeMiB: number;
  gpus: GpuInfo[];
  uv: string | null;
  /** What is missing and the command that mends it. */
  missing: { what: string; mend: string }[];
}

export interface Box {
  readonly name: string;
  /** Connects (if need be), uploads the box package and describes the machine. */
  check(signal?: AbortSignal): Promise<BoxCard>;
  submit(request: JobRequest, signal?: AbortSignal): Promise<JobStatus>;
  status(ids: readonly string[], signal?: AbortSignal): Promise<JobStatus[]>;
  list(signal?: AbortSignal): Promise<JobStatus[]>;
  /**
   * Follows a job from the given byte offsets until it has ended and its files are drained. Survives lost connections:
   * it says so with a `contact` update, reconnects with back-off and goes on at the same byte.
   */
  follow(id: string, from: Partial<Record<JobFile, number>>, signal?: AbortSignal): AsyncIterable<JobUpdate>;
  /** Asks the job to end (SIGTERM, grace, SIGKILL of its group). */
  stop(id: string, signal?: AbortSignal): Promise<JobStatus>;
  /** Bytes of a file in the job's folder, e.g. `artifacts/result.json`; `limit` bytes from `offset` when given. */
  read(id: string, path: string, range?: { offset: number; limit: number }, signal?: AbortSignal): Promise<Uint8Array>;
  close(): Promise<void>;
}

export const finalStates: ReadonlySet<JobState> = new Set(['finished', 'failed', 'stopped', 'lost']);
