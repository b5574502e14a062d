import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { itemsKey } from '../../src/app/items-key';

describe('the key of the items of a run', () => {
  let home: string;
  beforeEach(async () => {
    home = join(await mkdtemp(join(tmpdir(), 'items-key-')), 'home');
  });
  afterEach(() => rm(join(home, '..'), { recursive: true }));

  it('is the same when the run is resumed, and another one for another run', async () => {
    const keys = await Promise.all(['a', 'a', 'b'].map((run) => itemsKey(home, run)));
    assert.equal(keys[0], keys[1]);
    assert.notEqual(keys[0], keys[2]);
    assert.equal(await itemsKey(home, 'a'), keys[0]);
    assert.match(keys[0] ?? '', /^[0-9a-f]{64}$/);
  });

  it('comes from one file that only its owner can read', async () => {
    await itemsKey(home, 'a');
    assert.deepEqual(await readdir(home), ['items.secret']);
    assert.equal((await stat(join(home, 'items.secret'))).mode & 0o777, 0o600);
  });
});
