/** Programs of the box package that the command line runs on files, here or on a box that is reached over SSH. */
import { join } from 'node:path';
import { readBoxPackage } from '../adapters/files/box-package';
import { parseHfJobsName } from '../adapters/hf-jobs/box-name';
import type { ProgramPlace } from '../core/box/program';
import { parseBoxName } from '../core/box/scheduler';
import { compileRecipe, type BuildResult, type BuildWatch } from '../core/data/build';
import { checkFiles, type OverlapOrder, type OverlapResult, type OverlapWatch } from '../core/data/overlap-check';
import { MlInternError } from '../core/errors';
import type { Recipe } from '../core/run/types';
import { openShell } from './box-factory';
import type { AppOptions } from './options';

export function checkOverlap(
  host: string,
  order: OverlapOrder,
  options: AppOptions,
  watch: OverlapWatch,
): Promise<OverlapResult> {
  return withFiles(host, options, (place) => checkFiles(place, order, watch));
}

/** Rows, waterfall and provenance go to the folder `out` there. */
export function buildData(
  host: string,
  order: { recipe: Recipe; out: string },
  options: AppOptions,
  watch: BuildWatch,
): Promise<BuildResult> {
  return withFiles(host, options, (place) => compileRecipe(place, order, watch));
}

/** Hands over where programs of the box package run on files. */
export async function withFiles<T>(
  host: string,
  options: AppOptions,
  use: (place: ProgramPlace) => Promise<T>,
): Promise<T> {
  if (parseHfJobsName(host)) throw noFiles(host);
  const packageFiles = await readBoxPackage(join(options.productRoot, 'box'));
  const shell = await openShell(parseBoxName(host, []).host, options);
  try {
    return await use({ shell, root: options.settings.boxRoot || '~/.ml-intern', packageFiles });
  } finally {
    await shell.close();
  }
}

function noFiles(host: string): MlInternError {
  return new MlInternError('bad-input', `${host} has no files of yours before a job brings them.`, {
    next: 'Use the files on this machine (without --box), or on a box over SSH.',
  });
}
