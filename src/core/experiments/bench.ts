/** What the parts that put work on the box share: the run's log, its jobs and the loaded benchmark. */
import { contentHash } from '../hash';
import type { JobContent, JobKind, JobRequest } from '../ports/box';
import type { Journal } from '../run/journal';
import type { Jobs } from '../run/jobs';
import type { Store } from '../ports/store';
import type { Benchmark, BenchmarkItem, Split } from '../run/types';
import { fileHashes } from './files';

export interface LoadedBenchmark {
  benchmark: Benchmark;
  items: BenchmarkItem[];
  /** Items by split; the promotion items never reach a tool's result. */
  splits: Record<Split, BenchmarkItem[]>;
}

/** A named set of pinned packages, as in `box/environments/<name>.json`. */
export interface EnvironmentSet {
  name: string;
  requirements: string[];
}

export interface Bench {
  runId: string;
  runFolder: string;
  journal: Journal;
  jobs: Jobs;
  store: Store;
  loaded: LoadedBenchmark;
  environmentSets: Record<'train' | 'eval', EnvironmentSet>;
  /** Variables that every job gets, e.g. HF_ENDPOINT; never secrets. */
  jobEnv: Record<string, string>;
  jobSecrets: () => Promise<Record<string, string>>;
}

export interface WorkOrder {
  id: string;
  kind: JobKind;
  steps: string[][];
  files: Record<string, string>;
  environment: string | null;
  capSeconds: number;
}

export function jobContent(bench: Pick<Bench, 'jobEnv'>, order: Omit<WorkOrder, 'id' | 'kind'>): JobContent {
  const { steps, files, environment, capSeconds } = order;
  return {
    steps,
    env: bench.jobEnv,
    files: fileHashes(files),
    environment,
    capSeconds: Math.max(1, Math.floor(capSeconds)),
  };
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
    secrets: await bench.jobSecrets(),
  };
}

export function itemLines(items: readonly BenchmarkItem[]): string {
  return items.map((item) => `${JSON.stringify(item)}\n`).join('');
}
