/** What the editor knows of the product's engine: a bundle of its own, loaded when a run is first needed. */
import type { Logger, Notifier, Secrets } from '../core/ports/common';
import type { Autonomy, RunConfig } from '../core/run/types';
import type { Runs } from '../core/run/runs';

export interface EngineSettings {
  boxRoot: string;
  hubEndpoint: string;
  viewerEndpoint: string;
  modelContextTokens: number;
  /** The person's additions to the licence policy; undefined when there are none. */
  licence: { allow: string[]; deny: string[] } | undefined;
}

export interface RunsOptions {
  /** Folder that holds `ml-intern/`. */
  workspace: string;
  /** Where the product is installed: `box/` lies there. */
  productRoot: string;
  home: string;
  secrets: Secrets;
  notifier: Notifier;
  logger: Logger;
  surface: 'editor';
  settings: EngineSettings;
  confirmHostKey: (host: string, fingerprint: string) => Promise<boolean>;
}

export interface BenchmarkSummary {
  name: string;
  metric: string;
  items: number;
}

export interface Engine {
  createRuns(options: RunsOptions): Runs | Promise<Runs>;
  practiceConfig(choice: { seed: number; autonomy: Autonomy }): RunConfig | Promise<RunConfig>;
  /** Hosts that `ssh` knows by name. */
  sshHosts(): Promise<string[]>;
  /** Throws a typed error that names the broken line when the file is not a benchmark. */
  readBenchmarkSummary(path: string): Promise<BenchmarkSummary>;
}
