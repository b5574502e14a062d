import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileStore } from '../../../src/adapters/files/file-store';
import { processStartTime } from '../../../src/adapters/files/process-start';
import { lockHolder } from '../../../src/adapters/files/run-lock';
import { MlInternError } from '../../../src/core/errors';
import { Journal } from '../../../src/core/run/journal';
import { systemClock } from '../../../src/adapters/system/clock';

let root: string;
let store: FileStore;
const lockFile = () => join(root, 'run-1', 'lock.json');

async function writeLock(content: unknown): Promise<void> {
  await mkdir(join(root, 'run-1'), { recursive: true });
  await writeFile(lockFile(), typeof content === 'string' ? content : JSON.stringify(content));
}

/** The pid of a process that is gone. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  assert.ok(child.pid);
  return child.pid;
}

describe('the file store', () => {
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'store-'));
    store = new FileStore(root);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('writes whole files by rename, making folders, and leaves nothing else behind', async () => {
    await store.write('a/b/c.txt', 'one');
    await store.write('a/b/c.txt', 'two');
    assert.equal(await store.read('a/b/c.txt'), 'two');
    assert.deepEqual(await readdir(join(root, 'a', 'b')), ['c.txt']);
  });

  it('shows readers the old or the new text and never a part, however often it is written', async () => {
    const texts = ['x'.repeat(100_000), 'y'.repeat(200_000)];
    await store.write('f', texts[0] ?? '');
    const reads: Promise<string | undefined>[] = [];
    const writes = Array.from({ length: 10 }, (_, index) => store.write('f', texts[index % 2] ?? ''));
    for (let index = 0; index < 20; index++) reads.push(store.read('f'));
    await Promise.all(writes);
    for (const text of await Promise.all(reads)) assert.ok(texts.includes(text ?? ''));
  });

  it('leaves the old file and no litter when a write fails', async () => {
    await mkdir(join(root, 'folder'));
    await assert.rejects(store.write('folder', 'text'));
    assert.deepEqual(await readdir(root), ['folder']);
  });

  it('appends, cuts, and reads from an offset', async () => {
    await store.append('log', 'hello ');
    await store.append('log', new TextEncoder().encode('wörld'));
    assert.equal(await store.size('log'), 12);
    assert.equal(new TextDecoder().decode(await store.readFrom('log', 6)), 'wörld');
    assert.equal(new TextDecoder().decode(await store.readFrom('log', 0, 5)), 'hello');
    assert.equal((await store.readFrom('log', 99)).length, 0);
    await store.truncate('log', 5);
    assert.equal(await store.read('log'), 'hello');
  });

  it('takes what is missing for absent, not for a failure', async () => {
    assert.equal(await store.read('no/such/file'), undefined);
    assert.equal(await store.size('no/such/file'), 0);
    assert.deepEqual(await store.list('no/such/folder'), []);
    assert.equal((await store.readFrom('no/such/file', 0)).length, 0);
  });

  it('lists names in order', async () => {
    for (const name of ['b', 'a', 'c']) await store.write(`runs/${name}`, '');
    assert.deepEqual(await store.list('runs'), ['a', 'b', 'c']);
  });

  for (const path of ['../outside', 'a/../../outside', '/etc/passwd', 'a/b/../../../x']) {
    it(`refuses ${path}, for every operation`, async () => {
      const attempts: (() => Promise<unknown>)[] = [
        () => store.read(path),
        () => store.write(path, 'x'),
        () => store.append(path, 'x'),
        () => store.truncate(path, 0),
        () => store.size(path),
        () => store.readFrom(path, 0),
        () => store.list(path),
        () => store.lock(path),
      ];
      for (const attempt of attempts)
        await assert.rejects(attempt, (error) => MlInternError.is(error, 'bad-input') && /outside/.test(error.message));
    });
  }

  it('says that the disk is full, and how to go on', async function () {
    if (process.platform !== 'linux') this.skip();
    await symlink('/dev/full', join(root, 'events.jsonl'));
    await assert.rejects(
      store.append('events.jsonl', 'x'),
      (error) =>
        MlInternError.is(error, 'disk-full') && /events\.jsonl/.test(error.message) && /resume/.test(error.next),
    );
  });

  it('says that it may not write', async function () {
    if (process.getuid?.() === 0 || process.platform === 'win32') this.skip();
    await chmod(root, 0o500);
    await assert.rejects(
      store.write('f', 'x'),
      (error) => MlInternError.is(error, 'bad-input') && /EACCES/.test(error.message),
    );
    await chmod(root, 0o700);
  });

  it('carries a journal over restarts, a torn line included', async () => {
    const open = () => Journal.open(store, 'run-1', systemClock);
    await (await open()).record('phase.entered', { phase: 'data' });
    await store.append('run-1/events.jsonl', '{"v":1,"seq":2,"ti');
    await (await open()).record('phase.entered', { phase: 'baseline' });
    const { events, view } = await open();
    assert.deepEqual([events.length, view.phase], [2, 'baseline']);
  });
});

describe('the lock of a run', () => {
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'lock-'));
    store = new FileStore(root);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('is taken once, names the living holder, and can be taken again after its release', async () => {
    const lock = await store.lock('run-1');
    await assert.rejects(
      store.lock('run-1'),
      (error) => MlInternError.is(error, 'run-locked') && error.message.includes(String(process.pid)),
    );
    assert.equal((await lockHolder(lockFile()))?.pid, process.pid);
    await lock.release();
    assert.equal(await lockHolder(lockFile()), undefined);
    await (await store.lock('run-1')).release();
  });

  it('is taken over from a process that died', async () => {
    await writeLock({ pid: await deadPid(), startTime: '1', host: hostname() });
    assert.equal(await lockHolder(lockFile()), undefined);
    await store.lock('run-1');
    assert.equal((await lockHolder(lockFile()))?.pid, process.pid);
  });

  it('is taken over when its pid belongs to another process by now', async function () {
    if ((await processStartTime(process.pid)) === null) this.skip();
    await writeLock({ pid: process.pid, startTime: 'long ago', host: hostname() });
    await (await store.lock('run-1')).release();
  });

  it('is kept for a living process whose start is not known', async () => {
    await writeLock({ pid: process.pid, startTime: null, host: hostname() });
    await assert.rejects(store.lock('run-1'), (error) => MlInternError.is(error, 'run-locked'));
  });

  it('is taken over when its holder died while writing it', async () => {
    await writeLock('{"pid": 1');
    await (await store.lock('run-1')).release();
  });

  it('of another machine is respected, and says what to do when that machine is gone', async () => {
    await writeLock({ pid: 1, startTime: '1', host: 'another-machine' });
    await assert.rejects(
      store.lock('run-1'),
      (error) =>
        MlInternError.is(error, 'run-locked') && /another-machine/.test(error.message) && /lock\.json/.test(error.next),
    );
  });

  it('is taken over although somebody died while taking it over', async () => {
    const dead = { pid: await deadPid(), startTime: '1', host: hostname() };
    await writeLock(dead);
    await writeFile(`${lockFile()}.claim`, JSON.stringify(dead));
    await (await store.lock('run-1')).release();
    assert.deepEqual(await readdir(join(root, 'run-1')), []);
  });

  it('goes to one of many that want it at the same moment, also when it is stale', async () => {
    const dead = { pid: await deadPid(), startTime: '1', host: hostname() };
    for (const stale of Array.from({ length: 10 }, () => [undefined, dead, '']).flat()) {
      if (stale !== undefined) await writeLock(stale);
      const tries = await Promise.allSettled(Array.from({ length: 20 }, () => store.lock('run-1')));
      const won = tries.filter((one) => one.status === 'fulfilled');
      assert.equal(won.length, 1);
      assert.equal((JSON.parse(await readFile(lockFile(), 'utf8')) as { pid: number }).pid, process.pid);
      await won[0]?.value.release();
      assert.deepEqual(await readdir(join(root, 'run-1')), []);
    }
  });
});
