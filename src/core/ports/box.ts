/** The machine that trains. One port, several adapters (SSH, local machine; later Slurm and HF Jobs). */
import type { LocalFile } from './box-files';

export type JobKind = 'environment' | 'model' | 'overlap' | 'sheet' | 'serve' | 'train' | 'evaluate' | 'pretrain';
/** `stalled`: it runs, but neither writes nor computes. `rebooted`: the machine was restarted under it. */
export type JobState =
  'queued' | 'starting' | 'running' | 'stalled' | 'finishing' | 'finished' | 'failed' | 'stopped' | 'rebooted';
export type FailureClass =
  | 'oom-gpu'
  | 'oom-host'
  | 'disk-full'
  | 'nan'
  | 'diverged'
  | 'import-error'
  | 'killed'
  | 'timeout'
  | 'budget'
  | 'idle-gpu'
  | 'not-approved'
  | 'environment'
  | 'exit'
  | 'lost';

/** When the supervisor ends a job by itself; a rule that is absent does not apply. */
export type StopRules = {
  /** End when a metric that the job reports becomes NaN or infinite: 1 or absent. */
  nan?: number;
  /** End when the loss stays above so many times its lowest smoothed value, e.g. 4. */
  divergence?: number;
  /** End when no GPU of the job computes for so long. */
  idleGpuSeconds?: number;
  /** Call it stalled when it neither writes nor computes for so long; default 600. Stalling ends nothing. */
  stallSeconds?: number;
};

/** Exactly what is approved and run: strings and integers only, so that it hashes the same everywhere. */
export type JobContent = {
  /** Commands run one after the other in the job's work folder; `{python}` is the environment's interpreter. */
  steps: string[][];
  env: { [name: string]: string };
  /** Path below the work folder -> SHA-256 of the file. */
  files: { [path: string]: string };
  /** Hash of the environment, or null for the box's own python3. */
  environment: string | null;
  /** Cap on wall clock from the start of the first step; waiting in the queue does not count. */
  capSeconds: number;
  /** GPUs that the job needs for itself; it waits its turn for them. On a box without GPUs it runs on the CPU. Absent: 0. */
  gpus?: number;
  /** Cap on wall clock times GPUs. Absent: none. */
  gpuCapSeconds?: number;
  rules?: StopRules;
  /** For each step the names of the secrets that it may see. Absent: every step is a program of ours, and sees all of the job's. */
  secrets?: string[][];
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
  /** Those of them that are too large to be held: they lie on the disk of this machine, and not every box can take one. */
  onDisk?: Record<string, LocalFile>;
  /** Given to the environment of its steps only; never written to disk or shown. */
  secrets?: Record<string, string>;
}

export interface JobFailure {
  class: FailureClass;
  message: string;
}

/** Times are unix seconds by the box's clock. */
export interface JobStatus {
  id: string;
  run: string;
  kind: JobKind;
  state: JobState;
  /** One sentence about the state where the state alone does not tell: what it waits for, since when it stalls. */
  note: string | null;
  submittedAt: number | null;
  startedAt: number | null;
  heartbeatAt: number | null;
  endedAt: number | null;
  exitCode: number | null;
  wallSeconds: number;
  gpuSeconds: number;
  /** Indices of the GPUs that are the job's. */
  gpus: number[];
  failure: JobFailure | null;
}

export type JobFile = 'metrics.jsonl' | 'stdout.log' | 'stderr.log' | 'telemetry.jsonl';

/**
 * What following a job yields. `offset` is where `bytes` begins in the file as a whole, whatever was rotated away.
 * A `gap` says that the box no longer has the bytes from `offset` to `next`.
 */
export type JobUpdate =
  | { type: 'status'; status: JobStatus }
  | { type: 'data'; file: JobFile; offset: number; bytes: Uint8Array }
  | { type: 'gap'; file: JobFile; offset: number; next: number }
  | { type: 'contact'; state: 'lost' | 'regained'; message: string };

export interface GpuProcess {
  pid: number;
  user: string;
  command: string;
  memoryMiB: number;
  /** The ML Intern job that it belongs to, if any. */
  job: string | null;
}

export interface GpuInfo {
  index: number;
  name: string;
  memoryMiB: number;
  usedMiB: number;
  utilisation: number;
  driver: string;
  users: GpuProcess[];
}

/** Machines of a cluster that are asked for under one name. */
export interface Partition {
  name: string;
  /** Taken when none is named. */
  default: boolean;
  available: boolean;
  /** Longest time of a job; null without a limit. */
  limitSeconds: number | null;
  nodes: number;
  freeNodes: number;
  gpus: number;
  freeGpus: number;
}

export interface BoxCard {
  name: string;
  host: string;
  os: string;
  python: string;
  cpus: number;
  memoryMiB: number;
  memoryFreeMiB: number;
  /** Folder on the box, and the disk it lies on. */
  root: string;
  diskTotalMiB: number;
  diskFreeMiB: number;
  /** Where models and datasets are cached. */
  cache: string;
  gpus: GpuInfo[];
  uv: string | null;
  /** Whether what jobs download from answers: the Hub or its mirror, the package index. */
  network: { name: string; url: string; reachable: boolean; detail: string }[];
  /** How far the box's clock is ahead of ours. */
  clockSkewSeconds: number;
  /** `slurm` where jobs can be handed to it. */
  scheduler: 'slurm' | null;
  /** Only where jobs go through a scheduler; then `cpus`, `memoryMiB` and `gpus` are those of its largest node. */
  partitions?: Partition[] | undefined;
  /** What the scheduler is told with every job. */
  schedulerOptions?: readonly string[] | undefined;
  /** What an hour of it costs; absent or null where nobody is asked to pay for it. */
  price?: { usdPerHour: number } | null | undefined;
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

export const finalStates: ReadonlySet<JobState> = new Set(['finished', 'failed', 'stopped', 'rebooted']);
