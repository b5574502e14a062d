/** `runs ship --to`: the last good model of a run in a folder of this machine, all of it or nothing. */
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { OpenedBox } from '../core/box/opened-box';
import { MlInternError } from '../core/errors';
import type { StorageOptions } from '../core/ports/box-files';
import type { RunView } from '../core/run/view';
import { toShip } from '../core/ship/model-card';
import type { AppOptions } from './options';
import { gatherModel } from './shipped-model';

export interface ShipOrder {
  view: RunView;
  box: OpenedBox;
  /** A folder that is not there yet. */
  to: string;
}

export interface ShipAnswer {
  run: string;
  experiment: string;
  folder: string;
  bytes: number;
  /** The weights are those that the manifest records; null where it records none. */
  verified: boolean | null;
}

export async function shipRun(order: ShipOrder, options: AppOptions, watch: StorageOptions): Promise<ShipAnswer> {
  const { view, box, to } = order;
  const { experiment } = toShip(view);
  const isThere = await access(to).then(
    () => true,
    () => false,
  );
  if (isThere) throw new MlInternError('bad-input', `${to} is there already.`, { next: 'Name a new folder.' });
  const part = `${to}.part`;
  await mkdir(dirname(to), { recursive: true });
  const { folder, bytes, verified } = await gatherModel(view, box, part, options, watch);
  await rename(folder, to);
  await rm(part, { recursive: true, force: true });
  return { run: view.id, experiment: experiment.id, folder: to, bytes, verified };
}
