import assert from 'node:assert/strict';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { localRows } from '../../../src/adapters/rows/local';
import type { BadRow, ReadOptions, ReadRow, RowSource } from '../../../src/core/ports/rows';
import { MlInternError } from '../../../src/core/errors';

const fixtures = join(__dirname, '../../fixtures/rows');

describe('rows of local files', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'rows-'))));
  after(() => rm(folder, { recursive: true, force: true }));

  const file = async (name: string, content: string | Uint8Array): Promise<RowSource> => {
    await writeFile(join(folder, name), content);
    return localRows(join(folder, name));
  };
  const all = async (source: RowSource, options?: ReadOptions): Promise<ReadRow[]> => {
    const found: ReadRow[] = [];
    for await (const row of source.rows(options)) found.push(row);
    return found;
  };
  const rows = async (source: RowSource, options?: ReadOptions) => (await all(source, options)).map(({ row }) => row);

  const kinds = ['rows-snappy.parquet', 'rows-zstd.parquet', 'rows-gzip.parquet', 'rows-brotli.parquet'];
  for (const name of [...kinds, 'rows-lz4.feather', 'rows-zstd.feather', 'rows.arrow']) {
    it(`reads ${name}: nested cells, nulls, dates, other scripts`, async () => {
      const source = await localRows(join(fixtures, name));
      const { rows: count, columns } = await source.describe();
      assert.equal(count, 120);
      assert.deepEqual(
        columns.map((column) => column.name),
        ['id', 'question', 'messages', 'score', 'when', 'tags'],
      );
      assert.match(columns[2]?.type ?? '', /^list<struct<role: string, content: string>>$/);
      const read = await rows(source);
      assert.equal(read.length, 120);
      assert.deepEqual(read[113], {
        id: 113,
        question: 'What is 113 plus 113? Née, 漢字.',
        messages: [
          { role: 'user', content: 'What is 113 plus 113?' },
          { role: 'assistant', content: '226' },
        ],
        score: 56.5,
        when: '2026-01-05T17:00:00.000Z',
        tags: ['a', 'a'],
      });
      assert.equal(read[110]?.['score'], null);
    });
  }

  it('samples over a whole Parquet file, the same rows for the same seed', async () => {
    const source = await localRows(join(fixtures, 'rows-zstd.parquet'));
    const sample = await all(source, { limit: 24, sample: 7 });
    assert.equal(sample.length, 24);
    assert.ok(sample.every(({ index, row }) => row['id'] === index));
    assert.ok((sample[0]?.index ?? 99) < 5 && (sample.at(-1)?.index ?? 0) >= 115);
    assert.deepEqual(await all(source, { limit: 24, sample: 7 }), sample);
    assert.notDeepEqual(await all(source, { limit: 24, sample: 8 }), sample);
  });

  it('samples over a whole text file, and tells how many rows it has', async () => {
    const source = await file('many.jsonl', Array.from({ length: 500 }, (_, id) => JSON.stringify({ id })).join('\n'));
    let total = 0;
    const sample = await all(source, { limit: 20, sample: 1, onEnd: (count) => (total = count) });
    assert.equal(total, 500);
    assert.equal(sample.length, 20);
    assert.ok(sample.every(({ index, row }) => row['id'] === index));
    assert.ok((sample.at(-1)?.index ?? 0) > 250);
  });

  it('counts bad lines with their numbers and goes on', async () => {
    const source = await file('bad.jsonl', '\uFEFF{"a": 1}\r\n\r\n{"a": 2,}\nnull\n"text"\n{"a": 3}');
    const bad: BadRow[] = [];
    assert.deepEqual(await rows(source, { onBad: (one) => bad.push(one) }), [{ a: 1 }, { value: 'text' }, { a: 3 }]);
    assert.deepEqual(
      bad.map(({ place }) => /line \d+$/.exec(place)?.[0]),
      ['line 3', 'line 4'],
    );
    assert.match(bad[0]?.why ?? '', /not JSON/);
  });

  it('reads UTF-16, gzip, and lines that JSON may hold but other readers break', async () => {
    const text = '{"a": "one\u2028two"}\n{"a": "drei ü"}\n';
    const expected = [{ a: 'one\u2028two' }, { a: 'drei ü' }];
    assert.deepEqual(await rows(await file('wide.jsonl', Buffer.from(`\uFEFF${text}`, 'utf16le'))), expected);
    assert.deepEqual(await rows(await file('packed.jsonl.gz', gzipSync(text))), expected);
  });

  it('reads a cell of 10 MB', async () => {
    const cell = 'x'.repeat(10_000_000);
    const read = await rows(await file('large.jsonl', `${JSON.stringify({ cell })}\n{"cell": "small"}\n`));
    assert.deepEqual(
      read.map((row) => String(row['cell']).length),
      [10_000_000, 5],
    );
  });

  it('reads JSON however its rows are laid out', async () => {
    const expected = [{ a: 1 }, { a: 2 }];
    const read = async (name: string, value: unknown) => rows(await file(name, JSON.stringify(value, null, 2)));
    assert.deepEqual(await read('list.json', expected), expected);
    assert.deepEqual(await read('named-lines.jsonl', expected), expected);
    assert.deepEqual(await read('inside.json', { version: '1', data: expected }), expected);
    assert.deepEqual(await read('columns.json', { a: [1, 2], b: ['x', 'y'] }), [
      { a: 1, b: 'x' },
      { a: 2, b: 'y' },
    ]);
    assert.deepEqual(await read('one.json', { a: 1 }), [{ a: 1 }]);
    assert.deepEqual(await rows(await file('lines.json', '{"a": 1}\n{"a": 2}\n')), expected);
  });

  it('takes the split that is asked for out of a JSON document', async () => {
    const path = join(folder, 'splits.json');
    await writeFile(path, JSON.stringify({ train: [{ a: 1 }], test: [{ a: 2 }] }));
    assert.deepEqual(await rows(await localRows(path, { split: 'test' })), [{ a: 2 }]);
  });

  it('reads CSV with quoted line ends, and counts rows with too many cells', async () => {
    const source = await file('table.csv', 'q,a\n"one\ntwo",1\nextra,2,3\nthree,\n');
    const bad: BadRow[] = [];
    assert.deepEqual(await rows(source, { onBad: (one) => bad.push(one) }), [
      { q: 'one\ntwo', a: '1' },
      { q: 'three', a: '' },
    ]);
    assert.match(bad[0]?.place ?? '', /row 2$/);
    assert.deepEqual(await rows(await file('table.tsv', 'q\ta\nx\ty\n')), [{ q: 'x', a: 'y' }]);
  });

  it('finds the splits of a folder by the names of its files', async () => {
    const data = join(folder, 'set', 'data');
    await mkdir(data, { recursive: true });
    await writeFile(join(data, 'train-0.jsonl'), '{"a": 1}\n');
    await writeFile(join(data, 'train-1.jsonl'), '{"a": 2}\n');
    await writeFile(join(data, 'test.csv'), 'a\n3\n');
    await writeFile(join(folder, 'set', 'dataset_info.json'), '{}');
    const source = await localRows(join(folder, 'set'));
    const { splits, split } = await source.describe();
    assert.equal(split, 'train');
    assert.deepEqual(splits.map((one) => one.split).sort(), ['test', 'train']);
    assert.deepEqual(await all(source), [
      { index: 0, row: { a: 1 }, cut: [] },
      { index: 1, row: { a: 2 }, cut: [] },
    ]);
    await assert.rejects(localRows(join(folder, 'set'), { split: 'dev' }), (error) => {
      assert.ok(MlInternError.is(error, 'bad-input'));
      assert.match(error.next, /default\/test, default\/train/);
      return true;
    });
  });

  it('refuses what is not there, holds no data, or is broken, and says what to do', async () => {
    const refused = async (read: Promise<unknown>, message: RegExp) =>
      assert.rejects(read, (error) => {
        assert.ok(MlInternError.is(error, 'bad-input'), String(error));
        assert.match(error.message, message);
        assert.notEqual(error.next, '');
        return true;
      });
    await refused(localRows(join(folder, 'nothing.jsonl')), /no file or folder/);
    await mkdir(join(folder, 'empty'));
    await refused(localRows(join(folder, 'empty')), /holds no data files/);
    await refused(rows(await file('picture.png', 'PNG')), /no kind of data file/);
    await refused(rows(await file('cut.parquet', 'PAR1 and then nothing')), /cannot be read as Parquet/);
    await refused(rows(await file('cut.arrow', 'ARROW1\0\0 and then nothing')), /cannot be read as Arrow/);
    assert.deepEqual(await rows(await file('empty.jsonl', '')), []);
  });
});
