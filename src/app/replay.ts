/** `runs replay`: opens the box of a run and has its best experiment repeated, in a folder of its own below the run's. */
import { FileStore } from '../adapters/files/file-store';
import { systemClock } from '../adapters/system/clock';
import { join } from 'node:path';
import { Evaluations } from '../core/experiments/evaluations';
import { Preparation } from '../core/experiments/preparation';
import { readOriginal, replay, type ReplayResult } from '../core/experiments/replay';
import { Journal } from '../core/run/journal';
import { bestOf } from '../core/run/tree';
import type { RunView } from '../core/run/view';
import { openBench } from './assemble';
import { openBox } from './box-factory';
import { endpointsOf } from './endpoints';
import type { AppOptions } from './options';
import { openPractice } from './practice';

export interface ReplayOrder {
  view: RunView;
  /** Absent: the best one. */
  experiment?: string | undefined;
  /** Absent: the run's own. */
  box?: string | undefined;
}

export async function replayRun(order: ReplayOrder, options: AppOptions, signal: AbortSignal): Promise<ReplayResult> {
  const { view } = order;
  const store = new FileStore(join(options.workspace, 'ml-intern'));
  const original = await readOriginal(store, view.id, view, order.experiment ?? bestOf(view));
  const number = (await store.list(`${view.id}/replays`)).length + 1;
  const folder = `${view.id}/replays/${number}`;
  const journal = await Journal.open(store, folder, systemClock);
  const config = original.view.config;
  if (!config) throw new TypeError('A run that has experiments has a configuration.');
  const id = `${view.id}-replay-${number}`;
  await journal.record('run.created', { id, name: id, config: { ...config, box: order.box ?? config.box } });
  const practice = config.practice ? await openPractice(config.practice.seed, options, signal) : undefined;
  const endpoints = endpointsOf(journal.config, options, practice?.world);
  const box = await openBox(journal.config.box, options, practice);
  try {
    const bench = await openBench(
      { journal, store, folder, options, signal, onMetrics: () => undefined },
      box,
      endpoints,
    );
    const preparation = new Preparation(bench, async (environment) =>
      practice?.provideBaseModel({ bench, box, environment, signal }),
    );
    return await replay({ bench, preparation, evaluations: new Evaluations(bench, preparation), original });
  } finally {
    await journal.close();
    await box.close();
  }
}
