/** Which files of the workspace the agent may name, and what is known of one when it is to be sent. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { workspaceFiles } from '../../src/app/workspace-files';
import { MlInternError } from '../../src/core/errors';
import { sha256 } from '../../src/core/hash';

describe('files of the workspace', () => {
  let above: string;
  const at = (path: string) => join(above, 'work', path);
  const files = () => workspaceFiles({ folder: at('.'), closed: ['ml-intern', 'bench/items.jsonl'] });

  before(async () => {
    above = await mkdtemp(join(tmpdir(), 'ml-intern-workspace-'));
    for (const folder of ['data', 'bench', 'ml-intern/run']) await mkdir(at(folder), { recursive: true });
    await writeFile(join(above, 'secret.jsonl'), '{"a": 1}\n');
    for (const path of ['data/rows.jsonl', 'bench/items.jsonl', 'bench/train.jsonl', 'ml-intern/run/kept.json'])
      await writeFile(at(path), '{"question": "What?", "answer": "That."}\n');
    await symlink(join(above, 'secret.jsonl'), at('data/out.jsonl'));
    await symlink(at('bench/items.jsonl'), at('data/items.jsonl'));
  });
  after(() => rm(above, { recursive: true, force: true }));

  it('are told by their content as it is now', async () => {
    const known = files();
    const text = '{"question": "Why?"}\n';
    await writeFile(at('new.jsonl'), text);
    const expected = { sha256: sha256(text), bytes: text.length, source: at('new.jsonl') };
    assert.deepEqual(await known.file('new.jsonl'), expected);
    assert.deepEqual(await known.file('data/../new.jsonl'), expected);
    await writeFile(at('new.jsonl'), text.replace('Why', 'How'));
    assert.notEqual((await known.file('new.jsonl')).sha256, expected.sha256);
    assert.ok(await files().file('bench/train.jsonl'));
  });

  const refusals: [string, string, RegExp][] = [
    ['a path that leads outside', '../secret.jsonl', /lies outside the workspace/],
    ['an absolute path', '/etc/passwd.json', /lies outside the workspace/],
    ['a link that leads outside', 'data/out.jsonl', /lies outside the workspace/],
    ['the benchmark', 'bench/items.jsonl', /belongs to the evaluation/],
    ['a link to the benchmark', 'data/items.jsonl', /belongs to the evaluation/],
    ['the records of runs', 'ml-intern/run/kept.json', /records of runs/],
    ['a folder', 'data', /is a folder/],
    ['what is not there', 'data/none.jsonl', /There is no file/],
    ['a name with a line break', 'data/rows.jsonl\n../secret.jsonl', /There is no file|lies outside/],
  ];
  for (const [what, path, message] of refusals)
    it(`refuse ${what}`, async () => {
      const isRefused = (error: unknown) => MlInternError.is(error, 'bad-input') && message.test(error.message);
      await assert.rejects(files().file(path), isRefused);
      await assert.rejects(files().rows(path), isRefused);
    });

  it('are listed as git would take them, without the benchmark, hidden ones and what packages brought', async () => {
    for (const path of ['node_modules/x/data.json', '.cache/rows.jsonl', 'raw/big.parquet', 'deep/er/table.csv.gz'])
      await mkdir(dirname(at(path)), { recursive: true }).then(() => writeFile(at(path), 'x'));
    await mkdir(at('.git'), { recursive: true });
    await writeFile(at('.gitignore'), 'raw/\n');
    await writeFile(at('data/notes.txt'), 'x');
    await writeFile(at('package.json'), '{}');
    const { files: found, ...rest } = await files().list();
    assert.deepEqual(
      found.map(({ path }) => path),
      ['bench/train.jsonl', 'data/rows.jsonl', 'deep/er/table.csv.gz', 'new.jsonl'],
    );
    // The links: they are not followed.
    assert.deepEqual(rest, { leftOut: 2, complete: true });
    assert.deepEqual(await files().list('ER/TABLE'), {
      ...{ files: [{ path: 'deep/er/table.csv.gz', bytes: 1 }], leftOut: 0, complete: true },
    });
  });
});
