/** The data sheet that the box makes of all rows, behind a real SSH server, beside the one that this machine makes of the same file. */
import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBoxPackage } from '../../src/adapters/files/box-package';
import { languageDetector } from '../../src/adapters/language/detector';
import { localRows } from '../../src/adapters/rows/local';
import type { ProgramPlace } from '../../src/core/box/program';
import { findOnBox, listOnBox } from '../../src/core/data/box-files';
import { askOfPlace, inspectOnBox, sheetOnBox, type BoxRows, type SheetAsk } from '../../src/core/data/box-sheet';
import { inspectRows } from '../../src/core/data/inspect';
import { MlInternError } from '../../src/core/errors';
import type { DataSheet } from '../../src/core/run/types';
import { startTestSshd, type TestSshd } from '../support/sshd';

const fixtures = join(__dirname, '../fixtures');
const python = process.env['ML_INTERN_TEST_PYTHON'];

/** What may differ: how it was read. */
const figures = ({ from: _, ...sheet }: DataSheet) => sheet;

describe('the data sheet from the box', () => {
  let sshd: TestSshd;
  let folder: string;
  let place: ProgramPlace;
  const at = (name: string) => join(folder, name);

  before(async () => {
    sshd = await startTestSshd();
    folder = await mkdtemp(join(tmpdir(), 'ml-intern-box-sheet-'));
    place = { shell: sshd.shell(), root: at('root'), packageFiles: await readBoxPackage('box') };
    await mkdir(at('root/envs/any/bin'), { recursive: true });
    // As an environment that was built there.
    await writeFile(at('root/envs/any/bin/python'), `#!/bin/sh\nexec '${python ?? ''}' "$@"\n`, { mode: 0o755 });
  });
  after(async () => {
    await place.shell.close();
    await sshd.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(function () {
    if (python === undefined) this.skip();
  });

  const inspect = async (wanted: BoxRows['wanted'], rest: Partial<BoxRows> = {}, maxTokens = 64) =>
    inspectOnBox(
      askOfPlace(place, 'http://127.0.0.1:1', {}),
      { wanted, box: 'test-box', ...rest },
      { language: await languageDetector(), maxTokens },
    );
  const here = async (path: string, split?: string) =>
    inspectRows(await localRows(path, split === undefined ? {} : { split }), {
      language: await languageDetector(),
      maxTokens: 64,
    });

  /** Rows as people leave them: repeated, nearly repeated, empty, long, in several scripts, with licences, and lines that hold none. */
  const messy = (): string => {
    const words = 'the lazy dog sleeps under an old oak while seven wise owls watch over the quiet mill'.split(' ');
    const rows = Array.from({ length: 2500 }, (_, n) => {
      const question = n % 9 === 4 ? '' : `${words.slice(n % 5).join(' ')} ${n % 7 === 0 ? n % 40 : n}?`;
      const answer =
        n % 50 === 0 ? `法国的首都是哪里 ${n}` : n % 31 === 0 ? '😀 ё İstanbul ﬀ' : 'Да, конечно, это так.';
      return JSON.stringify({ question, answer, license: n % 2 ? 'MIT' : 'cc-by-4.0', n: n / 4, tags: [] });
    });
    return [...rows, 'not json', JSON.stringify({ question: 'why '.repeat(100), answer: 'long' }), '[1, 2]'].join('\n');
  };
  const format = async (name: string): Promise<string> => {
    const text = await readFile(join(fixtures, 'formats', `${name}.json`), 'utf8');
    return (JSON.parse(text) as { rows: object[] }).rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  };
  const table = 'question,answer,score\nWhat?,"a, b",007\nWhy?,,true\n"two\nlines",x,3\ntoo,many,1,2\n';
  const files: [string, () => string | Promise<string>][] = [
    ['messy.jsonl', messy],
    ['table.csv', () => table],
    ['tools.jsonl', () => format('sharegpt-tools')],
  ];
  for (const [name, content] of files)
    it(`has the same figures as one made here, of ${name}`, async () => {
      await writeFile(at(name), await content());
      const [box, local] = [await inspect({ place: at(name) }), await here(at(name))];
      assert.deepEqual(figures(box.sheet), figures(local.sheet));
      assert.deepEqual(box.examples, local.examples);
      assert.equal(box.sheet.complete, true);
      assert.match(box.sheet.from ?? '', /^the file on the box test-box$/);
    });

  it('has the same figures of the Parquet files of a folder, by their split', async () => {
    await mkdir(at('set'));
    const copies = ['train-1', 'train-2', 'test'].map((name) =>
      copyFile(join(fixtures, 'rows/rows-zstd.parquet'), at(`set/${name}.parquet`)),
    );
    await Promise.all(copies);
    const [box, local] = [await inspect({ place: at('set'), split: 'train' }), await here(at('set'), 'train')];
    assert.deepEqual(figures(box.sheet), figures(local.sheet));
    assert.match(box.sheet.from ?? '', /^2 files on the box/);
  });

  it('holds a cell of 10 MB, and shows the beginning of it', async () => {
    const cell = 'wide '.repeat(2_000_000);
    await writeFile(at('wide.jsonl'), `${JSON.stringify({ text: cell })}\n${JSON.stringify({ text: 'short' })}\n`);
    const { sheet, examples } = await inspect({ place: at('wide.jsonl') });
    assert.deepEqual([sheet.lengths?.characters.max, sheet.format, sheet.wouldBeCut?.share], [10_000_000, 'text', 0.5]);
    assert.ok(JSON.stringify(examples).length < 10_000);
  });

  it('finds and looks at files below the folders that are open, and refuses what leads out of them', async () => {
    await mkdir(at('open/deep'), { recursive: true });
    await copyFile(join(fixtures, 'rows/rows-zstd.parquet'), at('open/deep/rows.parquet'));
    await writeFile(at('secret.jsonl'), '{"text": "secret"}\n');
    await symlink(at('secret.jsonl'), at('open/out.jsonl'));
    const all = askOfPlace(place, 'http://127.0.0.1:1', {});
    const ask: SheetAsk = (question) => all({ ...question, allowed: [at('open')] });
    const [only = assert.fail()] = await listOnBox(ask, 'ROWS');
    const found = [{ path: 'deep/rows.parquet', bytes: (await stat(at('open/deep/rows.parquet'))).size }];
    assert.deepEqual(only, { folder: await realpath(at('open')), files: found, leftOut: 0, complete: true });
    assert.deepEqual(await findOnBox(ask, at('open')), { ...only, leftOut: 1 });
    const looked = await findOnBox(ask, at('open/deep/rows.parquet'));
    assert.ok('look' in looked);
    const { sheet } = await sheetOnBox(ask, looked, { box: 'test-box' }, { maxTokens: 64 });
    assert.ok(sheet.sampled > 0 && sheet.revision.startsWith('sha256:'));
    for (const path of ['open/out.jsonl', 'secret.jsonl', 'open/../secret.jsonl'])
      await assert.rejects(findOnBox(ask, at(path)), { reason: 'bad-input', message: /lies outside of the folders/ });
  });

  it('says so when a file is missing, damaged or holds no row', async () => {
    const refused = (wanted: string, told: RegExp) =>
      assert.rejects(
        inspect({ place: at(wanted) }),
        (error) => MlInternError.is(error, 'bad-input') && told.test(error.message),
      );
    await refused('none.jsonl', /There is no file .*none\.jsonl/);
    await writeFile(at('broken.parquet'), 'PAR1 and no more');
    await refused('broken.parquet', /broken\.parquet is not readable as parquet/);
    await mkdir(at('empty'));
    await refused('empty', /holds no data files/);
    await writeFile(at('bad.jsonl'), 'no row\nat all\n');
    const { sheet } = await inspect({ place: at('bad.jsonl') });
    assert.deepEqual([sheet.sampled, sheet.problems?.[0]?.count], [0, 2]);
    assert.ok(sheet.remarks.includes('No rows could be sampled.'));
  });
});
