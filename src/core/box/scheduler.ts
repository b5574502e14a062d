/** A scheduler in front of the machines: `slurm:HOST` is a login node whose jobs go through Slurm. */

export interface Scheduler {
  name: 'slurm';
  /** For sbatch, e.g. `--partition=gpu`; the box refuses what could change what runs. */
  options: readonly string[];
}

const prefix = 'slurm:';

/** The host behind a box's name, and the scheduler where the name asks for one. */
export function parseBoxName(name: string, slurmOptions: readonly string[]): { host: string; scheduler?: Scheduler } {
  if (!name.startsWith(prefix)) return { host: name };
  return { host: name.slice(prefix.length), scheduler: { name: 'slurm', options: slurmOptions } };
}

/** What a command of the box package is told of it. */
export function schedulerWords(scheduler: Scheduler | undefined): string[] {
  if (scheduler === undefined) return [];
  return ['--scheduler', scheduler.name, '--options', JSON.stringify(scheduler.options)];
}

/** Options as a person writes them on one line. */
export function splitOptions(line: string): string[] {
  return line.split(/\s+/).filter((word) => word !== '');
}
