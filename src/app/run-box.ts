/** The box of a run: the practice run's is a server of its own that has to be there first. */
import type { OpenedBox } from '../core/box/opened-box';
import type { RunView } from '../core/run/view';
import { openBox } from './box-factory';
import type { AppOptions } from './options';
import { openPractice } from './practice';

export async function openRunBox(
  { config }: Pick<RunView, 'config'>,
  options: AppOptions,
  signal: AbortSignal,
): Promise<OpenedBox> {
  const practice = config?.practice ? await openPractice(config.practice.seed, options, signal) : undefined;
  return openBox(config?.box ?? 'local', options, practice);
}
