/** A small client of the dataset viewer: splits with their sizes, and rows with their columns. */
import { z } from 'zod';
import { saidBy } from '../../core/http/failures';
import { NoAnswer, type Fetch } from '../../core/http/retry';
import type { DatasetPreview, DatasetSplit } from '../../core/ports/hub';
import { columnType } from '../../core/data/column-types';

/** Why the viewer could not serve a dataset; the caller may read the files instead. */
export class ViewerFailure extends Error {}

const splitName = z.object({ config: z.string(), split: z.string() });
const splitsAnswer = z.object({ splits: z.array(splitName) });
const sizeAnswer = z.object({
  size: z.object({ splits: z.array(splitName.extend({ num_rows: z.number().nullish() })) }),
});
const rowsAnswer = z.object({
  features: z.array(z.object({ name: z.string(), type: z.unknown() })),
  rows: z.array(z.object({ row: z.record(z.string(), z.unknown()), truncated_cells: z.array(z.string()).optional() })),
  truncated: z.boolean().optional(),
  num_rows_total: z.number().nullish(),
});

/** The viewer never gets a token: what it would need one for is read from the Hub itself. */
export class Viewer {
  constructor(
    private readonly base: string,
    private readonly patient: Fetch,
  ) {}

  async splits(id: string, signal?: AbortSignal): Promise<DatasetSplit[]> {
    const [{ splits }, sizes] = await Promise.all([
      this.get('/splits', { dataset: id }, splitsAnswer, signal),
      this.sizes(id, signal),
    ]);
    if (splits.length === 0) throw new ViewerFailure('it lists no splits');
    return splits.map(({ config, split }) => ({ config, split, rows: sizes.get(`${config}/${split}`) ?? null }));
  }

  /** Sizes are a help, not a need: without them the row counts stay unknown. */
  private async sizes(id: string, signal?: AbortSignal): Promise<Map<string, number | null | undefined>> {
    try {
      const { size } = await this.get('/size', { dataset: id }, sizeAnswer, signal);
      return new Map(size.splits.map(({ config, split, num_rows }) => [`${config}/${split}`, num_rows]));
    } catch (error) {
      if (error instanceof ViewerFailure) return new Map();
      throw error;
    }
  }

  async rows(id: string, config: string, split: string, count: number, signal?: AbortSignal): Promise<DatasetPreview> {
    const query = { dataset: id, config, split };
    const { features, rows, truncated, num_rows_total } = await this.get('/first-rows', query, rowsAnswer, signal);
    const wanted = rows.slice(0, count);
    const cut = wanted.some((row) => (row.truncated_cells ?? []).length > 0);
    const more = wanted.length < rows.length || truncated === true || (num_rows_total ?? 0) > wanted.length;
    return {
      config,
      split,
      columns: features.map(({ name, type }) => ({ name, type: columnType(type) })),
      rows: wanted.map(({ row }) => row),
      truncated: cut || more,
    };
  }

  private async get<T>(
    path: string,
    query: Record<string, string>,
    shape: z.ZodType<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const url = `${this.base}${path}?${new URLSearchParams(query)}`;
    const response = await this.fetched(url, signal);
    if (!response.ok) throw new ViewerFailure(await saidBy(response));
    const parsed = shape.safeParse(await jsonOrNothing(response));
    if (!parsed.success) throw new ViewerFailure('its answer was not what a dataset viewer sends');
    return parsed.data;
  }

  private async fetched(url: string, signal?: AbortSignal): Promise<Response> {
    try {
      return await this.patient(url, signal && { signal });
    } catch (error) {
      if (error instanceof NoAnswer) throw new ViewerFailure(error.why, { cause: error });
      throw error;
    }
  }
}

async function jsonOrNothing(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
