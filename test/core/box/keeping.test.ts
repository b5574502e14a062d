/** Housekeeping through the port, with the real command line of the box behind it. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBoxPackage } from '../../../src/adapters/files/box-package';
import { LocalShell } from '../../../src/adapters/local-box/local-shell';
import { SupervisedBox } from '../../../src/core/box/supervised-box';
import { pythonJob } from '../../support/box-job';
import { hurriedClock } from '../../support/clock';

describe('keeping a box tidy', () => {
  let root: string;
  let box: SupervisedBox;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'ml-intern-kept-'));
    box = await open();
    await mkdir(join(root, 'cache', 'hf'), { recursive: true });
    await writeFile(join(root, 'cache', 'hf', 'model'), Buffer.alloc(200_000, 1));
  });
  after(async () => {
    await box.close();
    await rm(root, { recursive: true, force: true });
  });

  async function open(quotaBytes?: number): Promise<SupervisedBox> {
    const packageFiles = await readBoxPackage('box');
    const quota = quotaBytes === undefined ? {} : { quotaBytes };
    return new SupervisedBox({
      name: 'kept',
      shell: new LocalShell(),
      packageFiles,
      root,
      clock: hurriedClock(),
      ...quota,
    });
  }

  it('tells what our folder holds', async () => {
    const usage = await box.usage();
    assert.ok(usage.parts.cache >= 200_000 && usage.parts.box > 0);
    assert.equal(
      usage.bytes,
      Object.values(usage.parts).reduce((sum, part) => sum + part, 0),
    );
    assert.ok(usage.complete);
  });

  it('refuses a new job over the quota, and says how to make room', async () => {
    const small = await open(1000);
    await assert.rejects(small.submit(pythonJob('print(1)')), { reason: 'box-disk-full' });
    await small.close();
  });

  it('says what would go, then removes it', async () => {
    const told = await box.clean({ olderThanDays: 14, caches: true, remove: false });
    assert.deepEqual(
      told.items.map(({ kind, name }) => [kind, name]),
      [['cache', 'cache/hf']],
    );
    assert.ok((await stat(join(root, 'cache', 'hf'))).isDirectory());
    const done = await box.clean({ olderThanDays: 14, caches: true, remove: true });
    assert.ok(done.removed && done.bytes >= 200_000);
    await assert.rejects(stat(join(root, 'cache', 'hf')), { code: 'ENOENT' });
  });
});
