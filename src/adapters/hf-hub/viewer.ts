/** A small client of the dataset viewer: splits with their sizes, and pages of rows with their columns. */
import { z } from 'zod';
import { saidBy } from '../../core/http/failures';
import { freshPatience, NoAnswer, type Fetch, type PatientInit } from '../../core/http/retry';
import { columnType } from '../../core/data/column-types';
import type { DatasetSplit } from '../../core/ports/hub';
import type { DatasetColumn, ReadRow } from '../../core/ports/rows';

/** Why the viewer could not serve a dataset; the caller may read the files instead. */
export class ViewerFailure extends Error {
  /** It is silent, or refuses whatever it is asked for now: another question gets no other answer. */
  readonly isRefusal: boolean;

  constructor(message: string, { isRefusal = false, cause }: { isRefusal?: boolean; cause?: unknown } = {}) {
    super(message, { cause });
    this.isRefusal = isRefusal;
  }
}

const splitName = z.object({ config: z.string(), split: z.string() });
const splitsAnswer = z.object({ splits: z.array(splitName) });
const splitSize = splitName.extend({ num_rows: z.number().nullish(), num_bytes_parquet_files: z.number().nullish() });
const sizeAnswer = z.object({ size: z.object({ splits: z.array(splitSize) }), partial: z.boolean().optional() });
const rowsAnswer = z.object({
  features: z.array(z.object({ name: z.string(), type: z.unknown() })),
  rows: z.array(
    z.object({
      row_idx: z.number(),
      row: z.record(z.string(), z.unknown()),
      truncated_cells: z.array(z.string()).optional(),
    }),
  ),
  num_rows_total: z.number().nullish(),
  partial: z.boolean().optional(),
});

export interface SizedSplit extends DatasetSplit {
  bytes: number | null;
}

export interface ViewerPage {
  columns: DatasetColumn[];
  rows: ReadRow[];
  /** In the split; null where the viewer does not say. */
  total: number | null;
  /** The viewer knows the beginning of the split only. */
  partial: boolean;
  /** The commit that the viewer has read, where it says. */
  revision: string | null;
}

export interface ViewedSplit {
  id: string;
  config: string;
  split: string;
}

/** The most that a page holds. */
export const pageRows = 100;

/** The viewer never gets a token: what it would need one for is read from the Hub itself. All that one is asked shares its patience. */
export class Viewer {
  private readonly patience = freshPatience();

  constructor(
    private readonly base: string,
    private readonly patient: Fetch,
  ) {}

  async splits(id: string, signal?: AbortSignal): Promise<SizedSplit[]> {
    const [{ answer }, sizes] = await Promise.all([
      this.get('/splits', { dataset: id }, splitsAnswer, signal),
      this.sizes(id, signal),
    ]);
    if (answer.splits.length === 0) throw new ViewerFailure('it lists no splits');
    return answer.splits.map(({ config, split }) => {
      const size = sizes.get(`${config}/${split}`);
      return { config, split, rows: size?.num_rows ?? null, bytes: size?.num_bytes_parquet_files ?? null };
    });
  }

  /** Sizes are a help, not a need: without them the row counts stay unknown. */
  private async sizes(id: string, signal?: AbortSignal): Promise<Map<string, z.infer<typeof splitSize>>> {
    try {
      const { answer } = await this.get('/size', { dataset: id }, sizeAnswer, signal);
      return new Map(answer.size.splits.map((size) => [`${size.config}/${size.split}`, size]));
    } catch (error) {
      if (error instanceof ViewerFailure) return new Map();
      throw error;
    }
  }

  page(split: ViewedSplit, offset: number, length: number, signal?: AbortSignal): Promise<ViewerPage> {
    return this.rows('/rows', split, { offset: String(offset), length: String(length) }, signal);
  }

  /** The first hundred rows, which the viewer has for more datasets than it has pages of. */
  first(split: ViewedSplit, signal?: AbortSignal): Promise<ViewerPage> {
    return this.rows('/first-rows', split, {}, signal);
  }

  private async rows(
    path: string,
    { id, config, split }: ViewedSplit,
    more: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<ViewerPage> {
    const query = { dataset: id, config, split, ...more };
    const { answer, revision } = await this.get(path, query, rowsAnswer, signal);
    return {
      columns: answer.features.map(({ name, type }) => ({ name, type: columnType(type) })),
      rows: answer.rows.map(({ row_idx, row, truncated_cells }) => ({
        index: row_idx,
        row,
        cut: truncated_cells ?? [],
      })),
      total: answer.num_rows_total ?? null,
      partial: answer.partial === true,
      revision,
    };
  }

  private async get<T>(
    path: string,
    query: Record<string, string>,
    shape: z.ZodType<T>,
    signal?: AbortSignal,
  ): Promise<{ answer: T; revision: string | null }> {
    const url = `${this.base}${path}?${new URLSearchParams(query)}`;
    const response = await this.fetched(url, signal);
    if (!response.ok) throw new ViewerFailure(await saidBy(response), { isRefusal: response.status === 429 });
    const parsed = shape.safeParse(await jsonOrNothing(response));
    if (!parsed.success) throw new ViewerFailure('its answer was not what a dataset viewer sends');
    return { answer: parsed.data, revision: response.headers.get('x-revision') };
  }

  private async fetched(url: string, signal?: AbortSignal): Promise<Response> {
    try {
      const init: PatientInit = { patience: this.patience, ...(signal && { signal }) };
      return await this.patient(url, init);
    } catch (error) {
      if (error instanceof NoAnswer) throw new ViewerFailure(error.why, { isRefusal: true, cause: error });
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
