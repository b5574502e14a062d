/** Rows of a dataset, wherever they lie: a file or folder of this machine, the dataset viewer, files on a hub read by range. */

export interface DatasetColumn {
  name: string;
  type: string;
}

export type Row = Record<string, unknown>;

export interface RowsDescription {
  /** As it was asked for: a dataset's id or a path. */
  id: string;
  /** Null for files of this machine. */
  revision: string | null;
  config: string;
  split: string;
  splits: { config: string; split: string; rows: number | null }[];
  columns: DatasetColumn[];
  /** Null where only reading all of them would tell. */
  rows: number | null;
  /** Of the files as stored. */
  bytes: number | null;
  /** In words, for people: the viewer, parquet files by range, this file. */
  from: string;
}

export interface ReadRow {
  /** Zero-based place in the split. */
  index: number;
  /** Untrusted. */
  row: Row;
  /** Columns whose cell comes shortened. */
  cut: readonly string[];
}

/** A piece of data that holds no row: a line that is no JSON, a line of CSV with too many cells. */
export interface BadRow {
  /** Counted from 1, with the file where there are several. */
  place: string;
  why: string;
}

export interface ReadOptions {
  /** Most rows to give; absent: all. */
  limit?: number;
  /**
   * Seed: the rows are taken from the whole split instead of its beginning. Needs `limit`. Sources that can only be
   * read from front to back are read to their end for it.
   */
  sample?: number;
  onBad?: (bad: BadRow) => void;
  /** Told when the source was read to its end: how many rows it has. */
  onEnd?: (rows: number) => void;
  signal?: AbortSignal | undefined;
}

export interface RowSource {
  describe(signal?: AbortSignal): Promise<RowsDescription>;
  /** In the order of their index. */
  rows(options?: ReadOptions): AsyncIterable<ReadRow>;
}

/** Bytes that can be read in part: a local file, or one on a hub by range. */
export interface ByteSource {
  /** For people and for the kind: a path. */
  name: string;
  size: number;
  /** Bytes from `start` up to, not including, `end`. */
  slice(start: number, end: number, signal?: AbortSignal): Promise<Uint8Array>;
  stream(signal?: AbortSignal): AsyncIterable<Uint8Array>;
}

/** Files that make up one split, to be read by whoever knows their formats. */
export interface SplitFiles {
  id: string;
  revision: string | null;
  config: string;
  split: string;
  splits: RowsDescription['splits'];
  files: readonly ByteSource[];
  /** In words, for people. */
  from: string;
  /** Most bytes that a sample may read: beyond it Parquet is read in part, and text from its beginning only. */
  maxBytes: number;
}
