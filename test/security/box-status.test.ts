/** A job's folder is written by the job, and by whatever else runs on the box: links and files planted there are not believed. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalShell } from '../../src/adapters/local-box/local-shell';
import type { SupervisedBox } from '../../src/core/box/supervised-box';
import { followToEnd, pythonJob } from '../support/box-job';
import { openBox, openWorld, type World } from '../support/box-world';
import { Outside, plant } from './outside';

describe('security: a status that cannot be believed', () => {
  let world: World;
  let box: SupervisedBox;
  let outside: Outside;

  before(async () => {
    world = await openWorld();
    // What is tried here happens on the box, whatever carries the commands.
    box = await openBox(world, () => new LocalShell());
    outside = new Outside(join(world.folder, 'outside'));
  });
  after(() => world.close());
  beforeEach(() => outside.prepare());
  afterEach(() => outside.assertUntouched());

  const finishedJob = async (program = "print('fine')") => {
    const job = pythonJob(program);
    await box.submit(job);
    await followToEnd(box, job.id);
    return { job, folder: world.jobFolder(job.id) };
  };

  it('a link as status.json is not believed', async () => {
    const { job, folder } = await finishedJob();
    await outside.prepare({ 'status.json': await readFile(join(folder, 'status.json')) });
    await plant(join(outside.folder, 'status.json'), join(folder, 'status.json'));
    const [status] = await box.status([job.id]);
    assert.notEqual(status?.state, 'finished');
  });

  it('a link as the folder of a job is no job', async () => {
    const { folder, job } = await finishedJob();
    const names = ['status.json', 'spec.json', 'stdout.log'];
    const contents = await Promise.all(names.map((name) => readFile(join(folder, name))));
    await outside.prepare(Object.fromEntries(names.map((name, i) => [name, contents[i] ?? Buffer.alloc(0)])));
    const id = `evil-${randomUUID()}`;
    await plant(outside.folder, world.jobFolder(id));
    assert.deepEqual(
      (await box.status([id, job.id])).map((status) => status.id),
      [job.id],
    );
    assert.ok(!(await box.list()).some((status) => status.id === id));
    await assert.rejects(box.submit({ ...pythonJob('print(1)'), id }));
    await assert.rejects(box.stop(id));
    await assert.rejects(followToEnd(box, id));
    await assert.rejects(box.read(id, 'stdout.log'));
  });

  it('a status.json of 1 GB, or of garbage, tells of no end and hides no other job', async () => {
    const { job } = await finishedJob();
    const garbage = [
      '',
      '{',
      '[]',
      'null',
      '7',
      '{"state": 5}',
      '{"state": "finished"}',
      '{"id": "x", "state": "running", "pid": "1", "bootId": [], "heartbeatAt": "now"}',
      `${'['.repeat(50_000)}`,
      '\u0000\u00ff',
    ];
    const broken = await Promise.all([...garbage, undefined].map(() => finishedJob()));
    await Promise.all(
      broken.map(({ folder }, i) =>
        garbage[i] === undefined
          ? truncate(join(folder, 'status.json'), 2 ** 30)
          : writeFile(join(folder, 'status.json'), garbage[i]),
      ),
    );
    const told = await box.list();
    assert.equal(told.find(({ id }) => id === job.id)?.state, 'finished');
    for (const each of broken) assert.notEqual(told.find(({ id }) => id === each.job.id)?.state, 'finished');
  });
});
