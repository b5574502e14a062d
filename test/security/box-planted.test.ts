/** A job's folder is written by the job, and by whatever else runs on the box: links and files planted there are not believed. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalShell } from '../../src/adapters/local-box/local-shell';
import type { SupervisedBox } from '../../src/core/box/supervised-box';
import { contentHash, sha256 } from '../../src/core/hash';
import { followToEnd, pythonJob } from '../support/box-job';
import { openBox, openWorld, type World } from '../support/box-world';
import { Outside, plant } from './outside';

describe('security: what is planted in a job’s folder', () => {
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

  for (const file of ['stdout.log', 'stderr.log', 'metrics.jsonl', 'telemetry.jsonl']) {
    it(`a link as ${file} is not read through`, async () => {
      const { job, folder } = await finishedJob();
      await plant(join(outside.folder, 'secret'), join(folder, file));
      const { files } = await followToEnd(box, job.id);
      assert.doesNotMatch(JSON.stringify(files), /nobody's business/);
      await assert.rejects(box.read(job.id, file), { reason: 'bad-input' });
    });
  }

  it('a link among the artifacts is not read through', async () => {
    const { job, folder } = await finishedJob();
    await plant(join(outside.folder, 'secret'), join(folder, 'artifacts', 'x'));
    await plant(outside.folder, join(folder, 'artifacts', 'y'));
    await assert.rejects(box.read(job.id, 'artifacts/x'), { reason: 'bad-input' });
    await assert.rejects(box.read(job.id, 'artifacts/y/secret'), { reason: 'bad-input' });
  });

  it('links that a running job puts in place of its own files are not written through', async () => {
    const program = `
import os
for name in ('status.json', 'stdout.log', 'stderr.log', 'metrics.jsonl', 'telemetry.jsonl', '.stop', 'exit.json'):
    try:
        os.unlink('../' + name)
    except FileNotFoundError:
        pass
    os.symlink(os.path.join(${JSON.stringify(outside.folder)}, 'secret'), '../' + name)
print('after', flush=True)
`;
    const { job } = await finishedJob(program);
    assert.ok(['finished', 'failed', 'stopped'].includes((await box.status([job.id]))[0]?.state ?? ''));
  });

  it('a record of Slurm that a running job forges neither hides it nor keeps it from being stopped', async () => {
    const end = { state: 'finished', endedAt: 1, exitCode: 0, failure: null };
    const forged = { name: 'x', comment: 'y', submittedAt: 1, end };
    const program = `
import json, time
with open('../slurm.json', 'w') as file:
    json.dump(json.loads(${JSON.stringify(JSON.stringify(forged))}), file)
print('forged', flush=True)
time.sleep(600)
`;
    const job = pythonJob(program);
    await box.submit(job);
    for await (const update of box.follow(job.id, {})) if (update.type === 'data') break;
    const [said] = await box.status([job.id]);
    assert.equal(said?.state, 'running');
    await box.stop(job.id);
    assert.equal((await followToEnd(box, job.id)).last?.state, 'stopped');
  });

  it('pipes that a job leaves in place of its files hold up nothing that is asked of the whole box', async () => {
    const program = `
import os
for name in ('slurm.json', 'hold.json', 'spec.json'):
    if os.path.exists('../' + name):
        os.unlink('../' + name)
    os.mkfifo('../' + name)
`;
    const { job } = await finishedJob(program);
    assert.ok((await box.list()).some(({ id, state }) => id === job.id && state === 'finished'));
    assert.ok((await box.usage()).jobs.some(({ id }) => id === job.id));
    await box.clean({ olderThanDays: 14, caches: false, remove: true });
  });

  it('a spec.json that is swapped after the approval runs nothing that was not approved', async () => {
    const swap = `
import json
with open('../spec.json') as file:
    spec = json.load(file)
spec['content']['steps'][1] = ['touch', ${JSON.stringify(join(outside.folder, 'pwned'))}]
with open('../spec.json', 'w') as file:
    json.dump(spec, file)
`;
    const job = pythonJob(swap);
    const content = { ...job.content, steps: [...job.content.steps, ['echo', 'approved']] };
    await box.submit({ ...job, content, approvedHash: contentHash(content) });
    const { last, files } = await followToEnd(box, job.id);
    if (last?.state === 'finished') assert.equal(files['stdout.log'], 'approved\n');
    else assert.equal(last?.failure?.class, 'not-approved');
  });

  it('a script that is swapped before its step runs is refused', async () => {
    const first = "with open('second.py', 'w') as file:\n    file.write('import os; os.mkdir(\"../artifacts/pwned\")')";
    const second = 'print(2)';
    const files = { 'main.py': first, 'second.py': second };
    const job = pythonJob(first);
    const content = {
      ...job.content,
      steps: [
        ['{python}', 'main.py'],
        ['{python}', 'second.py'],
      ],
      files: { 'main.py': sha256(first), 'second.py': sha256(second) },
    };
    await box.submit({ ...job, content, files, approvedHash: contentHash(content) });
    assert.equal((await followToEnd(box, job.id)).last?.failure?.class, 'not-approved');
    assert.deepEqual(await readdir(join(world.jobFolder(job.id), 'artifacts')), []);
  });
});
