/** The box's disk runs full under a job that writes, and somebody makes room: the job waited, and goes on. */
import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../../src/adapters/system/clock';
import { openBox, withWorld, type World } from '../../support/box-world';
import { withSmallDisk } from '../../support/small-disk';
import { Client } from '../client';
import { finish } from '../finish';
import { numberedJob } from '../numbered-job';
import type { Conditions, Figures, Scenario } from '../scenario';
import { diskFull } from './disk-full';

export const diskFreed: Scenario = {
  ...diskFull,
  name: 'disk full for a while',
  what: "The box's disk is filled to the last byte, and freed when the job's output has stood still. Noticed: new output is here, counted from the freeing.",
  run: fillAndFree,
};

function fillAndFree({ signal }: Conditions): Promise<Figures> {
  return withSmallDisk('24m', (disk) =>
    withWorld(
      async (world) => {
        const client = await Client.open(await openBox(world), join(world.folder, 'run'), signal);
        // The metrics are written by the job itself, which is not made to wait.
        const job = numberedJob({ lines: 1_000_000, pauseMs: 1, metrics: false });
        await client.submit(job);
        await client.received(job.id, 4096);
        const filler = await disk.fill();
        const stoodAt = await standstill(world, job.id, signal);
        await rm(filler);
        const freed = Date.now();
        await client.received(job.id, stoodAt + 1);
        const noticedMs = Date.now() - freed;
        await writeFile(join(world.jobFolder(job.id), 'artifacts', 'enough'), '');
        return finish(world, client, job.id, { faults: 1, noticedMs });
      },
      join(disk.folder, 'box'),
    ),
  );
}

/** How long the job's output is once it has not grown for a while. */
async function standstill(world: World, id: string, signal: AbortSignal): Promise<number> {
  const size = async () => (await stat(join(world.jobFolder(id), 'stdout.log'))).size;
  for (let before = -1; ;) {
    const now = await size();
    if (now === before) return now;
    before = now;
    await systemClock.sleep(1500, signal);
  }
}
