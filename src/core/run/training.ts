/** What is known of a training before and while it runs. Plain data, written to the event log as it stands. */
import type { WatchRule } from './watch-rules';

/** What all of a training takes, from a trial of its script. */
export interface Forecast {
  /** Null where the script does not count tokens. */
  tokensPerSecond: number | null;
  /** After the first, slow steps. */
  secondsPerStep: number;
  peakMemoryMiB: number;
  steps: number;
  /** All of it: loading, preparing, training, evaluating, saving. */
  seconds: number;
  /** 95 % interval of `seconds`. */
  low: number;
  high: number;
  gpuHours: number;
  gpus: number;
  /** Within the deadline and the memory. */
  fits: boolean;
  deadlineSeconds?: number;
  memoryMiB?: number;
  memoryOf: 'gpu' | 'host';
  rowsPerStep: number | null;
  /** Of `seconds`, by what it is for. */
  parts: Record<string, number>;
  trialSeconds: number;
  measuredSteps: number;
  /** Present where it does not fit. */
  largestThatFits?: LargestSetting;
}

export interface LargestSetting {
  /** 0: not one step fits. */
  maxSteps?: number;
  rows?: number;
  batchSize?: number;
  gradientAccumulation?: number;
  words: string;
}

/** A configuration that a training may run with, and how it differs from the one before. */
export interface Rung {
  change: string;
  config: Record<string, unknown>;
}

/** A step down the ladder after memory ran out. */
export interface OomStep extends Rung {
  experiment: string;
  /** The job that ran out of memory. */
  failed: string;
  failure: 'oom-gpu' | 'oom-host';
}

/** What a rule saw in the metrics of a job. */
export interface Finding {
  rule: WatchRule;
  step: number;
  /** What was measured, and the bound that it broke; null where there is no number, as for NaN. */
  value: number | null;
  limit: number | null;
  message: string;
}
