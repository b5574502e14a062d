/** Names from outside are names: never part of a command, an option or a path that leads elsewhere. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SupervisedBox } from '../../src/core/box/supervised-box';
import { contentHash, sha256 } from '../../src/core/hash';
import { MlInternError } from '../../src/core/errors';
import { followToEnd, pythonJob } from '../support/box-job';
import { openBox, openWorld, type World } from '../support/box-world';

const hostileNames = [
  '-rf',
  '--help',
  'two\nlines',
  '$(touch pwned)',
  '`touch pwned`',
  "it's; touch pwned #",
  'tab\tand \u001b[31mred',
  'éè-\u202egnp.exe-😀',
  '{python}',
  '*',
  ' ',
];
const escapes = ['../up', '/etc/up', 'a/../../up', '..', '.', '', 'a//b', 'nul\0byte'];
const hostileIds = [
  '../up',
  '-rf',
  '--root=/tmp',
  'a/b',
  '$(touch pwned)',
  'two\nlines',
  'é',
  '',
  '.',
  '..',
  'x'.repeat(500),
];

describe('security: names', () => {
  let world: World;
  let box: SupervisedBox;

  before(async () => {
    world = await openWorld();
    box = await openBox(world);
  });
  after(() => world.close());
  afterEach(() => assert.equal(existsSync(join(world.root, 'pwned')), false));

  const jobWith = (files: Record<string, string>) => {
    const job = pythonJob("import os, json\nprint(json.dumps(sorted(os.listdir('in'))))");
    const content = { ...job.content, files: { ...job.content.files } };
    for (const [path, text] of Object.entries(files)) content.files[path] = sha256(text);
    return { ...job, content, approvedHash: contentHash(content), files: { ...job.files, ...files } };
  };

  it('of job files arrive as they are', async () => {
    const job = jobWith(Object.fromEntries(hostileNames.map((name) => [`in/${name}`, 'x'])));
    await box.submit(job);
    const { files, last } = await followToEnd(box, job.id);
    assert.equal(last?.state, 'finished', last?.failure?.message);
    assert.deepEqual(new Set(JSON.parse(files['stdout.log']) as string[]), new Set(hostileNames));
    assert.deepEqual(
      (await readdir(world.jobFolder(job.id))).filter((name) => name.includes('pwned')),
      [],
    );
  });

  it('of job files are refused when they lead out or cannot be', async () => {
    const before = (await readdir(world.folder)).sort();
    const outcomes = [...escapes, 'lone\ud800surrogate'].map(async (path) => {
      const job = jobWith({ [path]: 'x' });
      const outcome = await box.submit(job).then(
        () => followToEnd(box, job.id).then(({ last }) => last?.failure?.class),
        (error: unknown) => (error as MlInternError).reason,
      );
      assert.ok(['bad-input', 'not-approved'].includes(outcome ?? ''), `${JSON.stringify(path)} was ${outcome}`);
    });
    await Promise.all(outcomes);
    assert.deepEqual((await readdir(world.folder)).sort(), before);
  });

  it('of artifacts can be read as they are, and not when they lead out', async () => {
    const job = pythonJob('print(1)');
    await box.submit(job);
    await followToEnd(box, job.id);
    for (const name of hostileNames) await writeFile(join(world.jobFolder(job.id), 'artifacts', name), name);
    const read = async (name: string) => Buffer.from(await box.read(job.id, `artifacts/${name}`)).toString();
    assert.deepEqual(await Promise.all(hostileNames.map(read)), hostileNames);
    await Promise.all(escapes.map((path) => assert.rejects(box.read(job.id, path), { reason: 'bad-input' })));
  });

  it('of jobs that are no job ids are refused by every command', async () => {
    const asks = [
      (id: string) => box.submit({ ...pythonJob('print(1)'), id }),
      (id: string) => box.status([id]),
      (id: string) => box.stop(id),
      (id: string) => box.read(id, 'stdout.log'),
      (id: string) => followToEnd(box, id),
    ];
    const refused = hostileIds.map((id, i) =>
      assert.rejects(async () => asks[i % asks.length]?.(id), MlInternError, JSON.stringify(id)),
    );
    await Promise.all(refused);
  });

  it('of jobs that are another client’s leave that job as it is', async () => {
    const theirs = pythonJob("print('theirs')");
    await box.submit(theirs);
    await followToEnd(box, theirs.id);
    const spec = await readFile(join(world.jobFolder(theirs.id), 'spec.json'), 'utf8');
    const other = await openBox(world);
    await assert.rejects(other.submit({ ...pythonJob("print('ours')"), id: theirs.id }), { reason: 'bad-input' });
    assert.equal(await readFile(join(world.jobFolder(theirs.id), 'spec.json'), 'utf8'), spec);
    assert.equal((await followToEnd(other, theirs.id)).files['stdout.log'], 'theirs\n');
    await other.close();
  });
});
