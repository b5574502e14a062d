/** What the run knows of a dataset that was inspected, and the few rows of it that go with its proposal. */
import { z } from 'zod';
import { rowsToShow } from '../../data/sample-rows';
import { MlInternError } from '../../errors';
import { pretty } from '../../experiments/files';
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

const keptSchema = z.object({
  revision: z.string(),
  ...{ config: z.string().optional(), split: z.string().optional() },
  rows: z.array(z.record(z.string(), z.unknown())),
});

/** In the run's folder. */
export function fileOf(id: string, ending: string): string {
  return `data/${id.replace(/[^A-Za-z0-9._-]/g, '_')}.${ending}`;
}

export async function keepRows({ bench }: ToolKit, sheet: DataSheet, rows: readonly Row[]): Promise<void> {
  const { id, revision, config, split } = sheet;
  const kept = { revision, config, split, rows: rowsToShow(rows) };
  await bench.store.write(`${bench.runFolder}/${fileOf(id, 'rows.json')}`, pretty(kept));
}

/** Empty where another revision or split was inspected than is proposed. */
export async function keptRows({ bench }: ToolKit, id: string, proposed: DatasetRef): Promise<Row[]> {
  const text = await bench.store.read(`${bench.runFolder}/${fileOf(id, 'rows.json')}`);
  if (text === undefined) return [];
  const { revision, config, split, rows } = keptSchema.parse(JSON.parse(text));
  const isSame = revision === proposed.revision && (config ?? proposed.config) === proposed.config;
  return isSame && (split ?? proposed.split) === proposed.split ? rows : [];
}
