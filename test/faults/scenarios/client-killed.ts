/** The client's process is killed while it copies, and started again. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { JobRequest } from '../../../src/core/ports/box';
import { Random } from '../../support/core/random';
import { Client } from '../client';
import { finish } from '../finish';
import { numberedJob } from '../numbered-job';
import type { Scenario } from '../scenario';
import { openBox, withWorld, type World } from '../../support/box-world';

export const clientKilled: Scenario = {
  name: 'client killed -9',
  what: 'The client is killed at random moments of its copying, started again, and submits the job again. Noticed: the new one receives again, counted from its start.',
  limitSeconds: 240,
  run: ({ short, seed, signal }) =>
    withWorld(async (world) => {
      const random = new Random(seed);
      const folder = join(world.folder, 'run');
      const job = numberedJob({ lines: 200_000, pauseMs: 4 });
      const faults = short ? 3 : 10;
      let longest = 0;
      for (let kill = 0; kill < faults; kill++) {
        longest = Math.max(longest, await followAndDie(world, folder, job, 1 + random.below(40)));
      }
      await writeFile(join(world.jobFolder(job.id), 'artifacts', 'enough'), '');
      const last = await Client.open(await openBox(world), folder, signal);
      await last.submit(job);
      return finish(world, last, job.id, { faults, noticedMs: longest });
    }),
};

/** Milliseconds from the start of the process to the first thing it received; it is killed at its `pieces`th. */
async function followAndDie(world: World, folder: string, job: JobRequest, pieces: number): Promise<number> {
  const { destination, root } = world;
  const program = join(__dirname, '../client-process.ts');
  const task = JSON.stringify({ destination, root, folder, job });
  const began = Date.now();
  const child = spawn(process.execPath, ['--import', 'tsx', program, task], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  let received = 0;
  let first = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line !== 'data') continue;
    if (received++ === 0) first = Date.now() - began;
    if (received >= pieces) child.kill('SIGKILL');
  }
  await gone;
  return first;
}
