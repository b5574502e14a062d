/** The overlap check of files, here or on a box that is reached over SSH. */
import { join } from 'node:path';
import { readBoxPackage } from '../adapters/files/box-package';
import { parseHfJobsName } from '../adapters/hf-jobs/box-name';
import { parseBoxName } from '../core/box/scheduler';
import { checkFiles, type OverlapOrder, type OverlapResult, type OverlapWatch } from '../core/data/overlap-check';
import { MlInternError } from '../core/errors';
import { openShell } from './box-factory';
import type { AppOptions } from './options';

export async function checkOverlap(
  host: string,
  order: OverlapOrder,
  options: AppOptions,
  watch: OverlapWatch,
): Promise<OverlapResult> {
  if (parseHfJobsName(host)) throw noFiles(host);
  const packageFiles = await readBoxPackage(join(options.productRoot, 'box'));
  const shell = await openShell(parseBoxName(host, []).host, options);
  try {
    return await checkFiles({ shell, root: options.settings.boxRoot || '~/.ml-intern', packageFiles }, order, watch);
  } finally {
    await shell.close();
  }
}

function noFiles(host: string): MlInternError {
  return new MlInternError('bad-input', `${host} has no files of yours before a job brings them.`, {
    next: 'Check the files on this machine (without --box), or on a box over SSH.',
  });
}
