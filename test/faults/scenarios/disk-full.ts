/** The box's disk runs full under a job that writes. */
import { join } from 'node:path';
import { whyNoSmallDisk, withSmallDisk } from '../../support/small-disk';
import { Client } from '../client';
import { finish } from '../finish';
import { numberedJob } from '../numbered-job';
import type { Conditions, Figures, Scenario } from '../scenario';
import { openBox, withWorld } from '../../support/box-world';

export const diskFull: Scenario = {
  name: 'disk full',
  what: "The box's disk (a small tmpfs) is filled to the last byte and stays full. Noticed: the failure is told.",
  limitSeconds: 120,
  obstacle: whyNoSmallDisk,
  run: fillUnderJob,
};

function fillUnderJob({ signal }: Conditions): Promise<Figures> {
  return withSmallDisk('24m', (disk) =>
    withWorld(
      async (world) => {
        const client = await Client.open(await openBox(world), join(world.folder, 'run'), signal);
        const job = numberedJob({ lines: 100_000, pauseMs: 1 });
        await client.submit(job);
        await client.received(job.id, 4096);
        await disk.fill();
        const full = Date.now();
        await client.ended(job.id);
        const findings = { faults: 1, noticedMs: Date.now() - full, expectedState: 'failed (disk-full)' };
        return finish(world, client, job.id, findings);
      },
      join(disk.folder, 'box'),
    ),
  );
}
