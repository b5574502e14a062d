/** The connection breaks again and again during one job, at random places of what the box says, also while connecting. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Random } from '../../support/core/random';
import { Client } from '../client';
import { finish } from '../finish';
import { numberedJob } from '../numbered-job';
import type { Scenario } from '../scenario';
import { openBox, withWorld } from '../../support/box-world';

/** A connection's own beginning is about 4 KB; the job writes about 50 KB in a second. */
const mostBytesBetween = 24_000;

export const cuts: Scenario = {
  name: 'connection cuts',
  what: 'The connection is cut at random bytes of what the box says, also while it is being made. Noticed: contact lost is told.',
  limitSeconds: 600,
  run: ({ short, seed, signal }) =>
    withWorld(async (world) => {
      const random = new Random(seed);
      const client = await Client.open(await openBox(world), join(world.folder, 'run'), signal);
      const job = numberedJob({ lines: 200_000, pauseMs: 4 });
      await client.submit(job);
      const faults = short ? 12 : 100;
      let longest = 0;
      for (let cut = 0; cut < faults; cut++) {
        const at = await world.link.cutAfter(1 + random.below(mostBytesBetween));
        longest = Math.max(longest, (await client.contact('lost')) - at);
      }
      await writeFile(join(world.jobFolder(job.id), 'artifacts', 'enough'), '');
      return finish(world, client, job.id, { faults, noticedMs: longest });
    }),
};
