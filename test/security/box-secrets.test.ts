/** A job's secrets are in its own processes and nowhere else: not in any command line, other environment, file or log. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { followToEnd, pythonJob } from '../support/box-job';
import { openBox, openWorld, type World } from '../support/box-world';
import { allProcesses, environmentOf } from '../support/processes';

/** Waits until it may go on, then fails with what it must not say. */
const program = `
import os, sys, time
print('up', flush=True)
while not os.path.exists('../artifacts/go'):
    time.sleep(0.02)
raise RuntimeError('refused with the token ' + os.environ['HF_TOKEN'])
`;

describe('security: the secrets of a job', () => {
  let world: World;

  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  it('are seen by its own processes only, and are nowhere once it has ended', async () => {
    const secret = `hf_${randomUUID().replaceAll('-', '')}`;
    const box = await openBox(world);
    const job = { ...pythonJob(program), secrets: { HF_TOKEN: secret } };
    await box.submit(job);
    const told: string[] = [];
    let holders: string[] = [];
    const { last } = await followToEnd(box, job.id, async (update) => {
      if (update.type === 'status') told.push(JSON.stringify(update.status));
      if (update.type !== 'data' || update.file !== 'stdout.log') return;
      const { stdout } = await promisify(execFile)('ps', ['-eo', 'args', 'ww'], { maxBuffer: 2 ** 26 });
      assert.doesNotMatch(stdout, new RegExp(secret));
      holders = holdersOf(secret);
      await writeFile(join(world.jobFolder(job.id), 'artifacts', 'go'), '');
    });
    assert.deepEqual([...new Set(holders)], ['main.py']);
    assert.equal(last?.state, 'failed');
    assert.doesNotMatch(told.join('\n'), new RegExp(secret));
    assert.deepEqual(holdersOf(secret), []);
    // What a script itself prints is its own; nothing else may hold it.
    assert.deepEqual(await filesWith(world.root, secret), [join('jobs', job.id, 'stderr.log')]);
  });
});

/** The last word of the command of each process whose command line or environment holds the text. */
function holdersOf(text: string): string[] {
  const holding = allProcesses().filter(
    ({ pid, command }) => command.join(' ').includes(text) || environmentOf(pid).some((one) => one.includes(text)),
  );
  return holding.map(({ command }) => command.at(-1) ?? '');
}

async function filesWith(folder: string, text: string): Promise<string[]> {
  const all = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of all.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    if ((await readFile(path)).includes(text)) found.push(path.slice(folder.length + 1));
  }
  return found;
}
