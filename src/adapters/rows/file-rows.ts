/** The rows of one split that lies in files of any kind: a local file, a folder's files, or a hub's files by range. */
import { columnsOfRows } from '../../core/data/column-types';
import { Reservoir } from '../../core/data/sampling';
import type {
  BadRow,
  ByteSource,
  DatasetColumn,
  ReadOptions,
  ReadRow,
  Row,
  RowsDescription,
  RowSource,
  SplitFiles,
} from '../../core/ports/rows';
import { arrowColumns, arrowRows, openArrow } from './arrow';
import { csvRows } from './csv';
import { jsonDocumentRows, jsonLineRows } from './json';
import { kindOf, type FileKind } from './kinds';
import { openParquet, parquetRows, type ParquetFile } from './parquet';
import { allGroups, planSample, type PlannedGroup } from './parquet-plan';

/** Enough rows to tell the columns of a file that does not name them. */
const headRows = 200;

interface KnownFile {
  source: ByteSource;
  kind: FileKind;
}

export class FileRows implements RowSource {
  private known: Promise<KnownFile[]> | undefined;
  private parquet: Promise<ParquetFile[]> | undefined;

  constructor(private readonly options: SplitFiles) {}

  async describe(signal?: AbortSignal): Promise<RowsDescription> {
    const { id, revision, config, split, from, files } = this.options;
    const bytes = files.reduce((sum, file) => sum + file.size, 0);
    const { columns, rows } = await this.shape(signal);
    const splits = this.options.splits.map((known) =>
      known.config === config && known.split === split ? { ...known, rows: known.rows ?? rows } : known,
    );
    return { id, revision, config, split, splits, columns, rows, bytes, from };
  }

  async *rows(options: ReadOptions = {}): AsyncIterable<ReadRow> {
    if (options.limit === 0) return;
    const files = await this.files(options.signal);
    const whole = files.every(({ kind }) => kind === 'parquet')
      ? this.fromParquet(options)
      : this.inOrder(files, options);
    yield* whole;
  }

  private async shape(signal?: AbortSignal): Promise<{ columns: DatasetColumn[]; rows: number | null }> {
    const files = await this.files(signal);
    if (files.every(({ kind }) => kind === 'parquet')) {
      const opened = await this.opened(signal);
      return { columns: opened[0]?.columns ?? [], rows: opened.reduce((sum, file) => sum + file.rows, 0) };
    }
    const [only] = files;
    if (files.length === 1 && only?.kind === 'arrow') {
      const table = await openArrow(only.source, signal);
      return { columns: arrowColumns(table), rows: table.numRows };
    }
    return { columns: await this.columnsOfHead(files, signal), rows: null };
  }

  private async columnsOfHead(files: readonly KnownFile[], signal?: AbortSignal): Promise<DatasetColumn[]> {
    const head: Row[] = [];
    for await (const { row } of this.inOrder(files, { limit: headRows, signal })) head.push(row);
    return columnsOfRows(head);
  }

  private async *inOrder(files: readonly KnownFile[], options: ReadOptions): AsyncIterable<ReadRow> {
    const { limit = Infinity, sample } = options;
    const bytes = files.reduce((sum, { source }) => sum + source.size, 0);
    const whole = sample !== undefined && bytes <= this.options.maxBytes;
    const reservoir = whole ? new Reservoir<ReadRow>(limit, sample) : undefined;
    let index = 0;
    for (const file of files) {
      for await (const row of rowsOf(file, this.options.split, options)) {
        const read = { index: index++, row, cut: [] };
        if (reservoir) reservoir.add(read);
        else yield read;
        if (!reservoir && index >= limit) return;
        if (index % 1000 === 0) options.signal?.throwIfAborted();
      }
    }
    if (reservoir) yield* [...reservoir.items].sort((a, b) => a.index - b.index);
    options.onEnd?.(index);
  }

  private async *fromParquet(options: ReadOptions): AsyncIterable<ReadRow> {
    const files = await this.opened(options.signal);
    const { limit = Infinity, sample, signal } = options;
    if (sample !== undefined) {
      const plan = planSample(files, { limit, seed: sample, maxBytes: this.options.maxBytes });
      for (const planned of plan) yield* wantedRows(planned, signal);
      return;
    }
    let given = 0;
    for (const { file, group, offset } of allGroups(files)) {
      let index = offset + group.start;
      const end = Math.min(group.start + group.rows, group.start + limit - given);
      for await (const row of parquetRows(file, group.start, end, signal)) {
        yield { index: index++, row, cut: [] };
        given++;
      }
      if (given >= limit) return;
    }
    options.onEnd?.(given);
  }

  private files(signal?: AbortSignal): Promise<KnownFile[]> {
    this.known ??= Promise.all(
      this.options.files.map(async (source) => ({ source, kind: await kindOf(source, signal) })),
    );
    return this.known;
  }

  private opened(signal?: AbortSignal): Promise<ParquetFile[]> {
    this.parquet ??= Promise.all(this.options.files.map((source) => openParquet(source, signal)));
    return this.parquet;
  }
}

async function* wantedRows(
  { file, group, offset, wanted }: PlannedGroup,
  signal?: AbortSignal,
): AsyncIterable<ReadRow> {
  const isWanted = new Set(wanted);
  const [first = 0, last = first] = [wanted[0], wanted.at(-1)];
  let index = first;
  const end = Math.min(last - offset + 1, group.start + group.rows);
  for await (const row of parquetRows(file, first - offset, end, signal)) {
    if (isWanted.has(index)) yield { index, row, cut: [] };
    index++;
  }
}

async function* rowsOf({ source, kind }: KnownFile, split: string, options: ReadOptions): AsyncIterable<Row> {
  const onBad = options.onBad ?? ((_: BadRow) => undefined);
  const { signal } = options;
  if (source.size === 0) return;
  if (kind === 'lines') yield* jsonLineRows(source, onBad, signal);
  else if (kind === 'document') yield* jsonDocumentRows(source, split, onBad, signal);
  else if (kind === 'table') yield* csvRows(source, onBad, signal);
  else if (kind === 'arrow') yield* arrowRows(await openArrow(source, signal));
  else yield* wholeParquet(source, signal);
}

/** Among files of other kinds. */
async function* wholeParquet(source: ByteSource, signal?: AbortSignal): AsyncIterable<Row> {
  const file = await openParquet(source, signal);
  for (const { start, rows } of file.groups) yield* parquetRows(file, start, start + rows, signal);
}
