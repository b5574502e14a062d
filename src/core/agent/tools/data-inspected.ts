/** What the run knows of a dataset that was inspected, and the rows of it that were kept. */
import { keptRowsFile, keptText, readKept } from '../../data/kept-rows';
import { MlInternError } from '../../errors';
import type { Row } from '../../ports/rows';
import type { DatasetRef } from '../../run/recipe';
import type { DataSheet } from '../../run/types';
import type { DatasetView } from '../../run/view';
import type { ToolKit } from './tool';

export function inspected(kit: ToolKit, id: string): DatasetView & { sheet: DataSheet } {
  const dataset = kit.bench.journal.view.datasets.find((known) => known.id === id);
  if (!dataset?.sheet)
    throw new MlInternError('bad-input', `${id} was not inspected.`, { next: 'Call inspect_dataset for it first.' });
  return { ...dataset, sheet: dataset.sheet };
}

export async function keepRows({ bench }: ToolKit, sheet: DataSheet, rows: readonly Row[]): Promise<void> {
  await bench.store.write(`${bench.runFolder}/${keptRowsFile(sheet.id)}`, keptText(sheet, rows));
}

export async function keptRows({ bench }: ToolKit, id: string, proposed: DatasetRef): Promise<Row[]> {
  const text = await bench.store.read(`${bench.runFolder}/${keptRowsFile(id)}`);
  return readKept(text, proposed);
}
