import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskCache } from '../../../src/adapters/http-cache/disk-cache';
import { FileTurns } from '../../../src/adapters/http-cache/host-turns';
import { sha256 } from '../../../src/core/hash';
import type { KeptAnswer } from '../../../src/core/ports/http-cache';
import { InstantClock } from '../../support/instant-clock';

const answer = (body: Uint8Array, rest: Partial<KeptAnswer> = {}): KeptAnswer => ({
  ...{ url: 'http://service.test/a', status: 200, headers: { etag: '"1"' }, at: 5, body },
  ...rest,
});
const bytes = (length: number, fill = 7) => new Uint8Array(length).fill(fill);
const key = (name: string) => sha256(name);

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'http-cache-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const files = async () =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
const pathOf = (name: string) => join(folder, key(name).slice(0, 2), key(name));

describe('DiskCache', () => {
  it('keeps an answer byte by byte for the next process, readable by its owner only', async () => {
    await new DiskCache(folder).write(key('a'), answer(Uint8Array.of(0, 10, 13, 255)));
    const read = await new DiskCache(folder).read(key('a'));
    assert.deepEqual(read && { ...read, body: [...read.body] }, { ...answer(bytes(0)), body: [0, 10, 13, 255] });
    assert.equal((await stat(pathOf('a'))).mode & 0o077, 0);
    assert.equal(await new DiskCache(folder).read(key('b')), undefined);
  });

  it('forgets a torn file', async () => {
    const cache = new DiskCache(folder);
    await cache.write(key('a'), answer(bytes(100)));
    for (const torn of [
      '',
      '{"url":',
      `${JSON.stringify({ url: 'u', status: 200, headers: {}, at: 1, bytes: 9 })}\nshort`,
    ]) {
      await writeFile(pathOf('a'), torn);
      assert.equal(await cache.read(key('a')), undefined);
      assert.deepEqual(await files(), []);
    }
  });

  it('stays below its bound, and what was used longest ago goes first', async () => {
    const cache = new DiskCache(folder, { maxBytes: 10_000 });
    for (const [index, name] of ['a', 'b', 'c'].entries()) {
      await cache.write(key(name), answer(bytes(3000)));
      await utimes(pathOf(name), 1000 + index, 1000 + index);
    }
    await cache.read(key('a'));
    await cache.write(key('d'), answer(bytes(3000)));
    const kept = await Promise.all(
      ['a', 'b', 'c', 'd'].map(async (name) => (await cache.read(key(name))) !== undefined),
    );
    assert.deepEqual(kept, [true, false, false, true]);
  });

  it('does not keep what is too large for it', async () => {
    const cache = new DiskCache(folder, { maxAnswerBytes: 10 });
    await cache.write(key('a'), answer(bytes(11)));
    assert.deepEqual(await files(), []);
  });

  it('gives whole answers while others write and make room at the same time', async () => {
    const caches = [0, 1, 2].map(() => new DiskCache(folder, { maxBytes: 200_000 }));
    await Promise.all(
      Array.from({ length: 150 }, async (_, index) => {
        const cache = caches[index % caches.length];
        const name = key(String(index % 7));
        await cache?.write(name, answer(bytes(5000 + index, index)));
        const read = await cache?.read(name);
        if (read) assert.ok(read.body.every((byte) => byte === read.body[0]));
      }),
    );
    assert.ok((await files()).every(({ name }) => !name.endsWith('.tmp')));
  });

  it('disturbs nobody where nothing can be written', async () => {
    await writeFile(join(folder, 'file'), '');
    const cache = new DiskCache(join(folder, 'file', 'below'));
    await cache.write(key('a'), answer(bytes(1)));
    assert.equal(await cache.read(key('a')), undefined);
  });
});

describe('FileTurns', () => {
  it('spaces the turns of several processes at one host, and none at another', async () => {
    const clock = new InstantClock();
    const processes = [0, 1, 2, 3].map(() => new FileTurns(folder, clock));
    const began = clock.now();
    await Promise.all(processes.map((turns) => turns.take('arxiv.test', 3000)));
    // Waiting for the lock moves this clock; the last turn is what no lost turn could reach.
    const last = Number(await readFile(join(folder, 'turn-arxiv.test'), 'utf8'));
    assert.ok(last - began >= 3 * 3000, String(last - began));
    assert.equal(await new FileTurns(folder, clock).take('other.test', 3000), 0);
  });

  it('does not wait for the lock of a dead process, nor for a time of another clock', async () => {
    const clock = new InstantClock();
    await writeFile(join(folder, 'turn-a.test.lock'), '');
    await utimes(join(folder, 'turn-a.test.lock'), 1000, 1000);
    await writeFile(join(folder, 'turn-a.test'), String(clock.now() + 10 ** 9));
    assert.equal(await new FileTurns(folder, clock).take('a.test', 3000), 0);
  });
});
