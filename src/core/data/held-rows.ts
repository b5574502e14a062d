/** Rows that are at hand, as a source of rows. */
import type { ReadOptions, ReadRow, Row, RowsDescription, RowSource } from '../ports/rows';

export class HeldRows implements RowSource {
  constructor(
    private readonly held: readonly Row[],
    private readonly description: RowsDescription,
  ) {}

  describe(): Promise<RowsDescription> {
    return Promise.resolve(this.description);
  }

  async *rows({ limit = Infinity }: ReadOptions = {}): AsyncGenerator<ReadRow> {
    for (const [index, row] of this.held.slice(0, limit).entries())
      yield await Promise.resolve({ index, row, cut: [] });
  }
}
