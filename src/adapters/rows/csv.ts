/** Rows of comma- or tab-separated text, streamed. Every cell is text as it stands, here and on the box: `007` stays `007`. */
import { Readable } from 'node:stream';
import Papa from 'papaparse';
import type { BadRow, ByteSource, Row } from '../../core/ports/rows';
import { decoded, unpacked } from './text';

/** Where papaparse puts cells that no column is for. */
const extra = '__parsed_extra';

export async function* csvRows(
  source: ByteSource,
  onBad: (bad: BadRow) => void,
  signal?: AbortSignal,
): AsyncIterable<Row> {
  const text = Readable.from(decoded(unpacked(source.stream(signal))));
  const parser = Papa.parse(Papa.NODE_STREAM_INPUT, { header: true, skipEmptyLines: true });
  text.on('error', (error) => parser.destroy(error));
  let number = 0;
  for await (const value of text.pipe(parser) as AsyncIterable<Row>) {
    number++;
    if (extra in value) {
      onBad({ place: `${source.name}, row ${number}`, why: 'it has more cells than the header has names' });
    } else {
      yield value;
    }
  }
}
