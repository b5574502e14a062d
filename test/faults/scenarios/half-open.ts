/** The connection dies without a word: both sides keep it open, and nothing comes through any more. */
import { join } from 'node:path';
import { Client } from '../client';
import { finish } from '../finish';
import { numberedJob } from '../numbered-job';
import type { Scenario } from '../scenario';
import { openBox, withWorld } from '../../support/box-world';

export const halfOpen: Scenario = {
  name: 'half-open connection',
  what: 'The connection stays open and swallows every byte in both directions. Noticed: contact lost is told.',
  limitSeconds: 120,
  run: ({ signal }) =>
    withWorld(async (world) => {
      const client = await Client.open(await openBox(world), join(world.folder, 'run'), signal);
      const job = numberedJob({ lines: 600, pauseMs: 4 });
      await client.submit(job);
      await client.until(() => client.state(job.id) === 'running');
      const began = Date.now();
      world.link.silence();
      const noticedMs = (await client.contact('lost')) - began;
      return finish(world, client, job.id, { faults: 1, noticedMs });
    }),
};
