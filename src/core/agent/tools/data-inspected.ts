/** What the run knows of a dataset that was inspected. */
import { MlInternError } from '../../errors';
import type { DataSheet } from '../../run/types';
import type { DatasetView } from '../../run/view';
import type { ToolKit } from './tool';

export function inspected(kit: ToolKit, id: string): DatasetView & { sheet: DataSheet } {
  const dataset = kit.bench.journal.view.datasets.find((known) => known.id === id);
  if (!dataset?.sheet)
    throw new MlInternError('bad-input', `${id} was not inspected.`, { next: 'Call inspect_dataset for it first.' });
  return { ...dataset, sheet: dataset.sheet };
}
