/** Keeping a box tidy: what our folder on it holds, and what may go. Touches nothing that runs or is another user's. */
import type { JobKind, JobState } from './box';

export interface KeptJob {
  id: string;
  kind: JobKind;
  state: JobState;
  bytes: number;
  lastUsed: number;
}

export interface KeptEnvironment {
  hash: string;
  name: string;
  ready: boolean;
  /** Somebody works on it right now. One that is neither ready nor being built is broken: the next job that asks for it builds it anew. */
  building?: boolean | undefined;
  bytes: number;
  lastUsed: number;
}

/** Times are unix seconds by the box's clock; bytes are those on the disk. */
export interface BoxUsage {
  root: string;
  bytes: number;
  parts: { jobs: number; envs: number; cache: number; files: number; box: number; other: number };
  /** The one used longest ago first. */
  jobs: KeptJob[];
  environments: KeptEnvironment[];
  /** When the job that was used longest ago was used. */
  oldest: number | null;
  /** False when time ran out before everything was counted: the bytes are then a lower bound. */
  complete: boolean;
  /** Files and folders of other users that were seen below the root, and left alone. */
  foreign: number;
  diskFreeBytes: number;
}

export interface CleanRequest {
  /** Jobs that have ended, environments and old box packages that were not used for so many days. */
  olderThanDays: number;
  /** Also downloads: models, datasets, files that were sent. They come again when they are needed. */
  caches: boolean;
  /** False: only say what would go. */
  remove: boolean;
}

export interface CleanItem {
  kind: 'job' | 'environment' | 'package' | 'temporary' | 'cache' | 'file';
  name: string;
  why: string;
  bytes: number;
  lastUsed: number;
}

export interface CleanReport {
  items: CleanItem[];
  bytes: number;
  removed: boolean;
  complete: boolean;
  /** What would have gone, had it not been in use or another user's. */
  kept: { name: string; why: string }[];
}

export interface BoxKeeping {
  usage(signal?: AbortSignal): Promise<BoxUsage>;
  clean(request: CleanRequest, signal?: AbortSignal): Promise<CleanReport>;
}
