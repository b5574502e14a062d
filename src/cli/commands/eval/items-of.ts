/** Where per-item results lie: a file, a folder that holds one, or an experiment of a run. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { MlInternError } from '../../../core/errors';
import { parseItemsFile, type ReadChoices, type ReadItems } from '../../../core/evaluation/items-file';
import type { Split } from '../../../core/run/types';
import type { Cli, GlobalOptions } from '../../app';
import { findRun } from '../../find-run';
import { withRuns } from '../../with-runs';

export interface ItemsOptions extends GlobalOptions, ReadChoices {
  split: Split;
}

export async function itemsOf(cli: Cli, place: string, options: ItemsOptions): Promise<ReadItems> {
  const path = resolve(cli.cwd, place);
  const found = await stat(path).catch(() => undefined);
  const file = found?.isDirectory() ? await fileIn(path) : found ? path : await ofExperiment(cli, place, options);
  return parseItemsFile(await textOf(file), place, options);
}

/** Our own file, wherever the evaluation put it; else the one that lm-evaluation-harness logged. */
async function fileIn(folder: string): Promise<string> {
  for (const name of ['items.jsonl', 'artifacts/items.jsonl']) {
    const path = join(folder, name);
    if (await stat(path).catch(() => undefined)) return path;
  }
  const names = await readdir(folder, { recursive: true });
  const samples = names.filter((name) => /(^|[\\/])samples_[^\\/]*\.jsonl$/.test(name)).sort();
  const [only, another] = samples;
  if (only !== undefined && another === undefined) return join(folder, only);
  const what =
    only === undefined ? 'holds no items.jsonl and no samples_*.jsonl' : `holds ${samples.length} files of samples`;
  throw new MlInternError('bad-input', `The folder ${folder} ${what}.`, { next: 'Name the file itself.' });
}

async function ofExperiment(cli: Cli, place: string, options: ItemsOptions): Promise<string> {
  const [, run, wanted] = /^([^:]+):(.+)$/.exec(place) ?? [];
  const next = 'Give a file or folder with per-item results, or RUN:EXPERIMENT, e.g. my-run:baseline.';
  if (run === undefined || wanted === undefined)
    throw new MlInternError('bad-input', `There is no ${place}.`, { next });
  return withRuns(cli, options, async (runs) => {
    const { id } = await findRun(runs, run);
    const { experiments } = await runs.view(id);
    const known = experiments.find((one) => one.id === wanted) ?? experiments.find((one) => one.id.startsWith(wanted));
    if (!known && wanted !== 'baseline') {
      const names = ['baseline', ...experiments.map((one) => one.id)].join(', ');
      throw new MlInternError('bad-input', `The run ${id} has no experiment ${wanted}.`, {
        next: `Use one of: ${names}.`,
      });
    }
    const file = join(runs.folder(id), known?.folder ?? 'baseline', `eval-${options.split}`, 'items.jsonl');
    if (await stat(file).catch(() => undefined)) return file;
    throw new MlInternError('bad-input', `${place} was not evaluated on the ${options.split} items.`, {
      next: `See what was with "ml-intern runs tree ${id}".`,
    });
  });
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new MlInternError('bad-input', `${file} cannot be read.`, {
      next: 'Check its path and rights.',
      cause: error,
    });
  }
}
