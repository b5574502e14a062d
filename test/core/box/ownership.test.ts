/** Shared boxes: what lies in another user's folder is neither run nor read, and two clients of one user do not meet. */
import assert from 'node:assert/strict';
import { chown, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBoxPackage } from '../../../src/adapters/files/box-package';
import { LocalShell } from '../../../src/adapters/local-box/local-shell';
import { SupervisedBox } from '../../../src/core/box/supervised-box';
import { followToEnd, pythonJob } from '../../support/box-job';
import { hurriedClock } from '../../support/clock';

describe('a shared box', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'ml-intern-shared-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const open = async () =>
    new SupervisedBox({
      name: 'shared',
      shell: new LocalShell(),
      packageFiles: await readBoxPackage('box'),
      root,
      clock: hurriedClock(),
    });

  for (const folder of ['box', 'jobs']) {
    it(`refuses a root whose ${folder} are another user's, with the setting that names another`, async function () {
      // Only root can give a folder to another user.
      if (process.geteuid?.() !== 0) this.skip();
      await mkdir(join(root, folder));
      await chown(join(root, folder), 12345, 12345);
      const box = await open();
      await assert.rejects(box.list(), (error: { reason?: string; next?: string }) => {
        assert.equal(error.reason, 'bad-input');
        assert.match(error.next ?? '', /mlIntern\.box\.root/);
        return true;
      });
      await box.close();
    });
  }

  it('serves two windows at once: one job, seen and followed by both', async () => {
    const [one, two] = [await open(), await open()];
    const job = pythonJob("print('hello')");
    await Promise.all([one.submit(job), two.submit(job)]);
    const [here, there] = await Promise.all([followToEnd(one, job.id), followToEnd(two, job.id)]);
    assert.deepEqual([here.files['stdout.log'], there.files['stdout.log']], ['hello\n', 'hello\n']);
    const cleaned = { olderThanDays: 0, caches: true, remove: true };
    const reports = await Promise.all([one.clean(cleaned), two.clean(cleaned)]);
    assert.equal(reports.flatMap(({ items }) => items).filter(({ name }) => name === job.id).length, 1);
    await Promise.all([one.close(), two.close()]);
  });

  it('keeps the jobs for our eyes only', async () => {
    const box = await open();
    await box.list();
    assert.equal((await stat(join(root, 'jobs'))).mode & 0o777, 0o700);
    await box.close();
  });
});
