/** A thin, far line: the box writes faster than the link carries. */
import { join } from 'node:path';
import { Client } from '../client';
import { finish } from '../finish';
import { numberedJob } from '../numbered-job';
import type { Scenario } from '../scenario';
import { openBox, withWorld } from '../../support/box-world';

export const slowLink: Scenario = {
  name: 'slow link',
  what: '200 KB/s with 100 ms of delay each way, while the job writes faster. Noticed: the end is told, counted from the end on the box.',
  limitSeconds: 180,
  run: ({ short, signal }) =>
    withWorld(async (world) => {
      world.link.slowDown({ bytesPerSecond: 200_000, delayMs: 100 });
      const client = await Client.open(await openBox(world), join(world.folder, 'run'), signal);
      const job = numberedJob({ lines: short ? 4000 : 20_000, pauseMs: 0 });
      await client.submit(job);
      const { endedAt } = await client.ended(job.id);
      return finish(world, client, job.id, { faults: 1, noticedMs: Date.now() - (endedAt ?? 0) * 1000 });
    }),
};
