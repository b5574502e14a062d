/** Parquet files, read by row group: only the bytes of what is asked for. */
import { parquetMetadataAsync, parquetReadObjects, parquetSchema, type FileMetaData, type SchemaTree } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { isAbort, MlInternError } from '../../core/errors';
import type { ByteSource, DatasetColumn, Row } from '../../core/ports/rows';
import { plain } from './plain';

/** Footers of usual files fit; larger ones take a second read. */
const footerBytes = 128 * 1024;
/** Most rows that are held at once. A group without an index of its pages is decoded anew for each batch, so not few. */
const batchRows = 100_000;

export interface RowGroup {
  /** Place of its first row in the file. */
  start: number;
  rows: number;
  /** As stored. */
  bytes: number;
}

export interface ParquetFile {
  source: ByteSource;
  metadata: FileMetaData;
  columns: DatasetColumn[];
  rows: number;
  groups: RowGroup[];
}

export async function openParquet(source: ByteSource, signal?: AbortSignal): Promise<ParquetFile> {
  const metadata = await readable(source, () =>
    parquetMetadataAsync(asyncBuffer(source, signal), { initialFetchSize: footerBytes }),
  );
  const tree = parquetSchema(metadata);
  const columns = tree.children.map((child) => ({ name: child.element.name, type: typeOf(child) }));
  return { source, metadata, columns, rows: Number(metadata.num_rows), groups: groupsOf(metadata) };
}

function groupsOf(metadata: FileMetaData): RowGroup[] {
  let start = 0;
  return metadata.row_groups.map((group) => {
    const rows = Number(group.num_rows);
    const stored = group.columns.reduce((sum, { meta_data }) => sum + Number(meta_data?.total_compressed_size ?? 0), 0);
    start += rows;
    return { start: start - rows, rows, bytes: stored };
  });
}

/** Rows from `from` up to, not including, `to`, which must lie in one row group. */
export async function* parquetRows(
  file: ParquetFile,
  from: number,
  to: number,
  signal?: AbortSignal,
): AsyncIterable<Row> {
  const { source, metadata } = file;
  const buffer = remembering(source, signal);
  for (let rowStart = from; rowStart < to; rowStart += batchRows) {
    const rowEnd = Math.min(to, rowStart + batchRows);
    const rows = await readable(source, () =>
      parquetReadObjects({ file: buffer, metadata, rowStart, rowEnd, compressors, useOffsetIndex: true }),
    );
    for (const row of rows) yield plain(row) as Row;
  }
}

async function readable<T>(source: ByteSource, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (MlInternError.is(cause) || isAbort(cause)) throw cause;
    throw new MlInternError('bad-input', `${source.name} cannot be read as Parquet: ${(cause as Error).message}`, {
      next: 'Check that the file is whole, or choose another.',
      cause,
    });
  }
}

function asyncBuffer(source: ByteSource, signal?: AbortSignal) {
  return {
    byteLength: source.size,
    slice: async (start: number, end = source.size): Promise<ArrayBuffer> => {
      const bytes = await source.slice(start < 0 ? Math.max(0, source.size + start) : start, end, signal);
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    },
  };
}

/** Batches of one group ask for the same ranges again. */
function remembering(source: ByteSource, signal?: AbortSignal) {
  const buffer = asyncBuffer(source, signal);
  const known = new Map<string, Promise<ArrayBuffer>>();
  return {
    byteLength: buffer.byteLength,
    slice: (start: number, end?: number): Promise<ArrayBuffer> => {
      const key = `${start}-${end ?? ''}`;
      const found = known.get(key) ?? buffer.slice(start, end);
      known.set(key, found);
      return found;
    },
  };
}

function typeOf({ element, children }: SchemaTree): string {
  const kind = element.logical_type?.type ?? element.converted_type;
  if (kind === 'LIST') return `list<${itemType(children[0])}>`;
  if (kind === 'MAP') return 'map';
  if (children.length > 0)
    return `struct<${children.map((child) => `${child.element.name}: ${typeOf(child)}`).join(', ')}>`;
  const name = element.repetition_type === 'REPEATED' ? `list<${leafType(element, kind)}>` : leafType(element, kind);
  return name;
}

/** `list.element` of today's writers, or an item that is repeated itself. */
function itemType(repeated: SchemaTree | undefined): string {
  if (repeated === undefined) return 'unknown';
  const only = repeated.children.length === 1 ? repeated.children[0] : undefined;
  return only && /^(list|bag|array)/.test(repeated.element.name)
    ? typeOf(only)
    : typeOf({ ...repeated, element: { ...repeated.element, repetition_type: 'OPTIONAL' } });
}

const leafTypes: Record<string, string> = {
  BOOLEAN: 'bool',
  INT32: 'int32',
  INT64: 'int64',
  INT96: 'timestamp',
  FLOAT: 'float32',
  DOUBLE: 'float64',
  BYTE_ARRAY: 'binary',
  FIXED_LEN_BYTE_ARRAY: 'binary',
};
const textKinds = ['STRING', 'UTF8', 'ENUM', 'JSON'];

function leafType(element: SchemaTree['element'], kind: string | undefined): string {
  if (kind !== undefined && textKinds.includes(kind)) return 'string';
  if (kind !== undefined && /TIMESTAMP|DATE|TIME|DECIMAL|UUID/.test(kind))
    return kind.split('_')[0]?.toLowerCase() ?? kind;
  return leafTypes[element.type ?? ''] ?? 'unknown';
}
