/** Rows of a test as a source of rows. */
import { typeOfCells } from '../../src/core/data/column-types';
import type { ReadOptions, ReadRow, Row, RowsDescription, RowSource } from '../../src/core/ports/rows';

export function memoryRows(rows: readonly Row[], rest: Partial<RowsDescription> = {}): RowSource {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const description: RowsDescription = {
    id: 'glim/colours',
    revision: 'r1',
    config: 'default',
    split: 'train',
    splits: [{ config: 'default', split: 'train', rows: rows.length }],
    columns: names.map((name) => ({ name, type: typeOfCells(rows.map((row) => row[name])) })),
    rows: rows.length,
    bytes: null,
    from: 'memory',
    ...rest,
  };
  return {
    describe: () => Promise.resolve(description),
    rows: async function* ({ limit = Infinity }: ReadOptions = {}): AsyncIterable<ReadRow> {
      for (const [index, row] of rows.slice(0, limit).entries()) yield await Promise.resolve({ index, row, cut: [] });
    },
  };
}
