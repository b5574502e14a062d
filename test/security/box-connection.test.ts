/** Whom we speak with: a box that shows another host key gets nothing, also in the middle of following a job. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MlInternError } from '../../src/core/errors';
import { followToEnd, pythonJob } from '../support/box-job';
import { openBox, openWorld, type World } from '../support/box-world';

describe('security: a box whose host key changes', () => {
  let world: World;

  beforeEach(async () => {
    world = await openWorld();
  });
  afterEach(() => world.close());

  const restartAsAnother = async () => {
    await world.sshd.down();
    for (const name of ['host_key', 'host_key.pub']) await rm(join(world.sshd.home, name));
    await world.sshd.up();
  };

  it('is refused, and is sent neither a command nor a job', async () => {
    await restartAsAnother();
    const box = await openBox(world);
    const job = pythonJob('print(1)');
    await assert.rejects(box.submit(job), { reason: 'box-host-key-changed' });
    assert.equal(existsSync(world.root), false);
  });

  it('ends following with that reason instead of trying for ever', async () => {
    const box = await openBox(world);
    const job = pythonJob("import time\nprint('up', flush=True)\ntime.sleep(600)");
    await box.submit(job);
    const following = followToEnd(box, job.id, async (update) => {
      if (update.type === 'data') await restartAsAnother();
    });
    await assert.rejects(following, { reason: 'box-host-key-changed' });
  });
});

describe('security: a key file that others can read', () => {
  let world: World;

  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  it('is not used, and the person is told which and how to mend it', async () => {
    await chmod(world.sshd.keyPath, 0o644);
    await assert.rejects((await openBox(world)).status(['j']), (error) => {
      assert.ok(MlInternError.is(error, 'box-auth'));
      assert.ok(`${error.message} ${error.next}`.includes(world.sshd.keyPath), error.message);
      return true;
    });
    await chmod(world.sshd.keyPath, 0o600);
    assert.deepEqual(await (await openBox(world)).status(['j']), []);
  });
});
