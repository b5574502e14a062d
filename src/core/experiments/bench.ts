/** What the parts that put work on the box share: the run's log, its jobs and the loaded benchmark. */
import { contentHash } from '../hash';
import type { LocalFile } from '../ports/box-files';
import type { WorkspaceFiles } from '../ports/workspace-files';
import type { Box, BoxCard, JobContent, JobKind, JobRequest, StopRules } from '../ports/box';
import type { Journal } from '../run/journal';
import type { Jobs } from '../run/jobs';
import type { Store } from '../ports/store';
import type { Benchmark, BenchmarkItem, BenchmarkSource, PublishedScore, Split } from '../run/types';
import { fileHashes } from './files';

export interface LoadedBenchmark {
  benchmark: Benchmark;
  items: BenchmarkItem[];
  /** Items by split; the promotion items never reach a tool's result. */
  splits: Record<Split, BenchmarkItem[]>;
  /** Of a preset. */
  source?: BenchmarkSource | undefined;
  published?: PublishedScore[] | undefined;
}

/** A named set of pinned packages, as in `box/environments/<name>.json`, and what all that they need is locked to. */
export interface EnvironmentSet {
  name: string;
  requirements: string[];
  /** The lines of `<name>.lock.txt`. */
  constraints: string[];
  /** The oldest Python that they run on, e.g. `3.11`. */
  python?: string | undefined;
  /** Present: of no use on a box without such a GPU. */
  accelerator?: 'cuda' | undefined;
  /** Requirements more on a box with such a GPU. */
  cuda?: string[] | undefined;
}

/** What a run uses; `serve` only where rows are written by a model on the box, `inspect` only where it is the evaluator. */
export type EnvironmentName = 'train' | 'eval' | 'inspect' | 'serve';

/** Where models are evaluated. */
export const evaluationEnvironment = ({ kind }: Pick<Benchmark, 'kind'>): 'eval' | 'inspect' =>
  kind === 'inspect' ? 'inspect' : 'eval';

export interface Bench {
  runId: string;
  runFolder: string;
  journal: Journal;
  jobs: Jobs;
  store: Store;
  workspace: WorkspaceFiles;
  /** The box takes files of this machine. */
  takesFiles: boolean;
  loaded: LoadedBenchmark;
  /** Reads the benchmark's files again: they may have been changed while the run goes on. */
  reloadBenchmark: () => Promise<Benchmark>;
  environmentSets: Record<EnvironmentName, EnvironmentSet>;
  /** Variables that every job gets, e.g. HF_ENDPOINT; never secrets. */
  jobEnv: Record<string, string>;
  /** What items of the evaluation are sealed with while they lie on the box. */
  itemsKey: string;
  /** A job gets what its kind of work needs. */
  jobSecrets: (kind: JobKind) => Promise<Record<string, string>>;
  /** What the box is; asked once. */
  card: () => Promise<BoxCard>;
}

/** The secret of jobs that read from the Hub. */
export const hubToken = 'HF_TOKEN';

export interface WorkOrder {
  id: string;
  kind: JobKind;
  steps: string[][];
  files: Record<string, string | Uint8Array>;
  /** Files more, of this machine's disk. */
  onDisk?: Record<string, LocalFile>;
  environment: string | null;
  capSeconds: number;
  /** Absent: none. */
  gpus?: number;
  /** Also caps the wall clock times the GPUs. */
  capsGpus?: boolean;
  rules?: StopRules;
  /** By step, as in the job's content; absent: all steps see what the job is given. */
  secrets?: string[][];
}

export function jobContent(bench: Pick<Bench, 'jobEnv'>, order: Omit<WorkOrder, 'id' | 'kind'>): JobContent {
  const { steps, files, onDisk = {}, environment, gpus = 0, rules, secrets } = order;
  const capSeconds = Math.max(1, Math.floor(order.capSeconds));
  return {
    steps,
    env: bench.jobEnv,
    files: { ...fileHashes(files), ...hashesOf(onDisk) },
    environment,
    capSeconds,
    ...(gpus > 0 ? { gpus } : {}),
    ...(gpus > 0 && order.capsGpus ? { gpuCapSeconds: capSeconds * gpus } : {}),
    ...(rules ? { rules } : {}),
    ...(secrets ? { secrets } : {}),
  };
}

function hashesOf(files: Record<string, LocalFile>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, file]) => [path, file.sha256]));
}

/** Asks the box for its card when it is first needed; a failed question is asked again. */
export function askOnce(box: Pick<Box, 'check'>, signal: AbortSignal): () => Promise<BoxCard> {
  let card: Promise<BoxCard> | undefined;
  return () =>
    (card ??= box.check(signal).catch((error: unknown) => {
      card = undefined;
      throw error;
    }));
}

export async function jobRequest(bench: Bench, order: WorkOrder): Promise<JobRequest> {
  const content = jobContent(bench, order);
  return {
    id: order.id,
    run: bench.runId,
    kind: order.kind,
    content,
    approvedHash: contentHash(content),
    files: order.files,
    ...(order.onDisk ? { onDisk: order.onDisk } : {}),
    secrets: await bench.jobSecrets(order.kind),
  };
}

export function itemLines(items: readonly BenchmarkItem[]): string {
  return items.map((item) => `${JSON.stringify(item)}\n`).join('');
}
