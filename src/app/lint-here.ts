/** The check of a script by the Python of this machine, for a box that cannot do it without a job. */
import { cannot, type OpenedBox } from '../core/box/opened-box';
import type { LintAnswer, LintOrder } from '../core/ports/script-lints';
import { openBox } from './box-factory';
import type { AppOptions } from './options';

export async function lintHere(order: LintOrder, options: AppOptions, signal?: AbortSignal): Promise<LintAnswer> {
  const box: OpenedBox = await openBox('local', options);
  try {
    if (!box.lint) throw cannot(box, 'check a script without a job');
    return await box.lint(order, signal);
  } finally {
    await box.close();
  }
}
