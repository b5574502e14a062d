/** Coming late to a job: its last lines, through the port, with the real command line of the box behind it. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBoxPackage } from '../../../src/adapters/files/box-package';
import { LocalShell } from '../../../src/adapters/local-box/local-shell';
import { SupervisedBox } from '../../../src/core/box/supervised-box';
import { followToEnd, pythonJob } from '../../support/box-job';
import { hurriedClock } from '../../support/clock';

describe('coming late to a job', () => {
  it('begins with the last lines of its log', async () => {
    const root = await mkdtemp(join(tmpdir(), 'ml-intern-late-'));
    const packageFiles = await readBoxPackage('box');
    const box = new SupervisedBox({ name: 'late', shell: new LocalShell(), packageFiles, root, clock: hurriedClock() });
    try {
      const job = pythonJob("for i in range(100):\n    print('line', i)");
      await box.submit(job);
      await followToEnd(box, job.id);
      let seen = '';
      for await (const update of box.follow(job.id, await box.tailFrom(job.id, 2)))
        if (update.type === 'data') seen += Buffer.from(update.bytes).toString();
      assert.equal(seen, 'line 98\nline 99\n');
    } finally {
      await box.close();
      await rm(root, { recursive: true, force: true });
    }
  });

  it('refuses a job that the box does not have', async () => {
    const root = await mkdtemp(join(tmpdir(), 'ml-intern-late-'));
    const packageFiles = await readBoxPackage('box');
    const box = new SupervisedBox({ name: 'late', shell: new LocalShell(), packageFiles, root, clock: hurriedClock() });
    await assert.rejects(box.tailFrom('nobody', 2), { reason: 'bad-input' });
    await box.close();
    await rm(root, { recursive: true, force: true });
  });
});
