/** What the editor knows of the product's engine: a bundle of its own, loaded when a run is first needed. */
import type { AppOptions, PracticeChoice } from '../app/options';
import type { Approval, PublishOrder } from '../app/publish';
import type { ReplayOrder } from '../app/replay';
import type { ShipAnswer, ShipOrder } from '../app/ship';
import type { OpenedBox } from '../core/box/opened-box';
import type { Judge } from '../core/evaluation/benchmark';
import type { ReplayResult } from '../core/experiments/replay';
import type { StorageOptions } from '../core/ports/box-files';
import type { Publication, RunConfig } from '../core/run/types';
import type { Runs } from '../core/run/runs';
import type { RunView } from '../core/run/view';
import type { PublicationPlan } from '../core/ship/publication';

export interface BenchmarkSummary {
  name: string;
  metric: string;
  items: number;
}

export interface Engine {
  createRuns(options: AppOptions): Runs | Promise<Runs>;
  practiceConfig(choice: PracticeChoice): RunConfig | Promise<RunConfig>;
  openBox(host: string, options: AppOptions): Promise<OpenedBox>;
  /** Trains and evaluates an experiment again, in a folder of its own below the run's. */
  replayRun(order: ReplayOrder, options: AppOptions, signal: AbortSignal): Promise<ReplayResult>;
  openRunBox(view: RunView, options: AppOptions, signal: AbortSignal): Promise<OpenedBox>;
  shipRun(order: ShipOrder, options: AppOptions, watch: StorageOptions): Promise<ShipAnswer>;
  /** What would be pushed to a Hub; nothing is sent. */
  preparePublication(order: PublishOrder, options: AppOptions, watch: StorageOptions): Promise<PublicationPlan>;
  publish(
    runs: Runs,
    plan: PublicationPlan,
    approval: Approval,
    options: AppOptions,
    watch: StorageOptions,
  ): Promise<Publication[]>;
  /** Hosts that `ssh` knows by name. */
  sshHosts(): Promise<string[]>;
  /** Throws a typed error that names the broken line when the file is not a benchmark. */
  readBenchmarkSummary(
    order: { benchmark: string; judge?: Judge | undefined },
    options: AppOptions,
  ): Promise<BenchmarkSummary>;
  /** Benchmarks that are known by name. */
  listPresets(productRoot: string): Promise<{ name: string; title: string; items: number }[]>;
}
