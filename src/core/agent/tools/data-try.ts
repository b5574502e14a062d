/** Rows of a dataset to try something on: those that this machine reads, else those that were kept when it was inspected. */
import { chooseSplit } from '../../data/choose-split';
import { HeldRows } from '../../data/held-rows';
import { keptRowsFile, readKept } from '../../data/kept-rows';
import { datasetRef, isBoxFile, isLocalFile } from '../../data/local-files';
import { MlInternError } from '../../errors';
import type { RowsOnHub } from '../../ports/hub';
import type { RowSource } from '../../ports/rows';
import { inspected } from './data-inspected';
import { isUnreadable, opened } from './data-look';
import type { ToolKit } from './tool';

export interface Tried<T> {
  result: T;
  /** Whose rows these were, where they are not the dataset's own as they are now. */
  note?: string;
}

export async function tryRows<T>(
  kit: ToolKit,
  wanted: RowsOnHub,
  signal: AbortSignal,
  use: (source: RowSource) => Promise<T>,
): Promise<Tried<T>> {
  if (isBoxFile(wanted.id)) return onKept(await keptSource(kit, wanted), use);
  try {
    return { result: await use((await opened(kit, wanted, signal)).source) };
  } catch (error) {
    if (isLocalFile(wanted.id) || signal.aborted || !isUnreadable(error)) throw error;
    // Where nothing was kept, why it could not be read says more.
    const source = await keptSource(kit, wanted).catch(() => undefined);
    if (source === undefined) throw error;
    return onKept(source, use);
  }
}

async function onKept<T>(source: HeldRows, use: (source: RowSource) => Promise<T>): Promise<Tried<T>> {
  const { rows } = await source.describe();
  const note = `This machine cannot read its rows: these are ${rows} of them, kept when it was inspected.`;
  return { result: await use(source), note };
}

async function keptSource(kit: ToolKit, { id, revision, config, split }: RowsOnHub): Promise<HeldRows> {
  const { bench } = kit;
  const { sheet } = inspected(kit, id);
  const meant = datasetRef(sheet, chooseSplit(id, sheet.splits, config, split));
  const text = await bench.store.read(`${bench.runFolder}/${keptRowsFile(id)}`);
  const rows = readKept(text, { ...meant, revision: revision ?? meant.revision });
  if (rows.length === 0)
    throw new MlInternError('bad-input', `No rows of ${id} (${meant.config}/${meant.split}) were kept.`, {
      next: 'Inspect exactly this split with inspect_dataset first.',
    });
  const { splits, columns } = sheet;
  return new HeldRows(rows, { ...meant, splits, columns, rows: rows.length, bytes: null, from: 'the kept rows' });
}
