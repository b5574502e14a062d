/** The practice run: its configuration, its world, and the base model that its world makes on first use. */
import { join } from 'node:path';
import type { Bench } from '../core/experiments/bench';
import type { Box, JobRequest } from '../core/ports/box';
import type { RunConfig } from '../core/run/types';
import { usualStopOn } from '../core/run/watch-rules';
import { ensureBaseModel } from '../practice/base-model';
import { practiceBenchmark, practiceBenchmarkPath } from '../practice/benchmark-files';
import { openPracticeWorld } from '../practice/session';
import { baseModelId } from '../practice/world/world';
import type { PracticeWorldInfo } from '../practice/world-file';
import type { AppOptions, PracticeChoice } from './options';

export interface Practice {
  world: PracticeWorldInfo;
  /** Folder of the practice box. */
  root: string;
  provideBaseModel(needs: {
    bench: Bench;
    box: Box;
    environment: () => Promise<string>;
    signal: AbortSignal;
  }): Promise<void>;
}

const mostExperiments = 5;

export function practiceConfig(choice: PracticeChoice): RunConfig {
  const { seed, autonomy, experiments = mostExperiments, stopOn = usualStopOn } = choice;
  return {
    goal: 'Raise the share of exactly right answers of the practice base model on questions about curious things that it knows from its pretraining.',
    baseModel: baseModelId,
    benchmark: practiceBenchmarkPath(seed),
    box: 'practice box',
    budget: { wallHours: 1, modelTokens: 2_000_000, experiments: Math.min(experiments, mostExperiments) },
    autonomy,
    seed,
    stopOn: [...stopOn],
    model: { baseUrl: 'practice', name: 'practice-stand-in' },
    practice: { seed },
    versions: {},
  };
}

export async function writePracticeBenchmark(seed: number, workspace: string): Promise<void> {
  await practiceBenchmark(seed, workspace);
}

export async function openPractice(seed: number, options: AppOptions, signal: AbortSignal): Promise<Practice> {
  const home = join(options.home, 'practice');
  const { productRoot, notifier } = options;
  const world = await openPracticeWorld({
    home,
    seed,
    programPath: join(productRoot, 'out', 'practice.cjs'),
    nodePath: process.execPath,
    signal,
    onProgress: (text) => notifier.notify(text, 'info'),
  });
  return {
    world,
    root: join(home, 'box'),
    provideBaseModel: async ({ bench, box, environment, signal: ending }) => {
      const run = (request: JobRequest) => bench.jobs.run(request, { experiment: null, folder: `jobs/${request.id}` });
      await ensureBaseModel({ box, home, seed, productRoot, environment, signal: ending, run });
    },
  };
}
