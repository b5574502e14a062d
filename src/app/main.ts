/** The engine's face for the CLI and the editor; a bundle of its own, loaded when it is first needed. */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import SSHConfig from 'ssh-config';
import type { Runs } from '../core/run/runs';
import type { Benchmark } from '../core/run/types';
import { loadBenchmark, type BenchmarkOrder } from './benchmark';
import type { AppOptions } from './options';
import { RunsService } from './runs-service';

export { listHardware, openBox } from './box-factory';
export { findCode, sendCode } from './code';
export { buildEnvironment } from './environments';
export { buildData, checkOverlap } from './data-programs';
export { forecastScript } from './script-forecast';
export { evaluate } from './evaluate';
export { openPapers } from './papers';
export { listPresets } from './presets';
export { practiceConfig } from './practice';
export { mapData } from './data-map';
export { checkModel } from './doctor';
export { dataSheet, searchDatasets } from './data-sheet';
export { preparePublication, publish } from './publish';
export { replayRun } from './replay';
export { openRunBox } from './run-box';
export { shipRun } from './ship';
export { openRows } from './rows';
export { synthesise } from './synth';
export { fillWheelhouse } from './wheels';

export function createRuns(options: AppOptions): Runs {
  return new RunsService(options);
}

/** Hosts that `~/.ssh/config` names, without patterns. */
export async function sshHosts(): Promise<string[]> {
  const text = await readFile(join(homedir(), '.ssh', 'config'), 'utf8').catch(() => '');
  const hosts = SSHConfig.parse(text).flatMap((line) =>
    'param' in line && line.param.toLowerCase() === 'host' ? hostNames(line.value) : [],
  );
  return [...new Set(hosts)].filter((host) => !/[*?!]/.test(host));
}

export async function readBenchmarkSummary(
  order: Pick<BenchmarkOrder, 'benchmark' | 'judge'>,
  options: AppOptions,
): Promise<Pick<Benchmark, 'name' | 'metric' | 'items'>> {
  const { name, metric, items } = (await loadBenchmark({ ...order, seed: 0 }, options)).benchmark;
  return { name, metric, items };
}

function hostNames(value: unknown): string[] {
  if (typeof value === 'string') return value.split(/\s+/);
  return Array.isArray(value)
    ? value.flatMap((part: { val?: unknown }) => (typeof part.val === 'string' ? [part.val] : []))
    : [];
}
