/** Arrow files and streams (Feather, and what `datasets` keeps on disk). */
import { CompressionType, setCompressionCodec, tableFromIPC, type Table } from '@uwdata/flechette';
import { decompress } from 'fzstd';
import { MlInternError } from '../../core/errors';
import type { ByteSource, DatasetColumn, Row } from '../../core/ports/rows';
import { typeOfCells } from '../../core/data/column-types';
import { lz4Frame } from './lz4-frame';
import { plain } from './plain';

/** Batches share dictionaries and offsets, so a file is held as a whole. */
const largestFile = 2 ** 30;

const onlyReads = (): never => {
  throw new Error('nothing is written here');
};

export async function openArrow(source: ByteSource, signal?: AbortSignal): Promise<Table> {
  if (source.size > largestFile) throw tooLarge(source.name);
  // Copied, because columns need their bytes at the beginning of a buffer.
  setCompressionCodec(CompressionType.ZSTD, { encode: onlyReads, decode: (bytes) => decompress(bytes).slice() });
  setCompressionCodec(CompressionType.LZ4_FRAME, { encode: onlyReads, decode: lz4Frame });
  const bytes = await source.slice(0, source.size, signal);
  try {
    return tableFromIPC(bytes, { useDate: true });
  } catch (cause) {
    throw new MlInternError('bad-input', `${source.name} cannot be read as Arrow: ${(cause as Error).message}`, {
      next: 'Save it as Parquet or JSON lines.',
      cause,
    });
  }
}

export function* arrowRows(table: Table): Iterable<Row> {
  for (let index = 0; index < table.numRows; index++) yield plain(table.at(index)) as Row;
}

export function arrowColumns(table: Table): DatasetColumn[] {
  const head = Array.from({ length: Math.min(50, table.numRows) }, (_, index) => plain(table.at(index)) as Row);
  return table.names.map((name) => ({ name: String(name), type: typeOfCells(head.map((row) => row[String(name)])) }));
}

function tooLarge(name: string): MlInternError {
  return new MlInternError('bad-input', `${name} is an Arrow file of more than 1 GiB.`, {
    next: 'Save it as Parquet, which can be read in parts.',
  });
}
