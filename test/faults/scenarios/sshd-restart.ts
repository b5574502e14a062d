/** The SSH server of the box is restarted, with every session it has. */
import { join } from 'node:path';
import { Client } from '../client';
import { finish } from '../finish';
import { numberedJob } from '../numbered-job';
import type { Scenario } from '../scenario';
import { openBox, withWorld } from '../../support/box-world';

export const sshdRestart: Scenario = {
  name: 'sshd restarted',
  what: 'sshd is stopped with all its sessions and started again on its port while the job runs. Noticed: contact lost is told.',
  limitSeconds: 120,
  run: ({ short, signal }) =>
    withWorld(async (world) => {
      const { sshd } = world;
      const destination = { ...world.destination, port: sshd.port, knownHostsFile: sshd.knownHostsPath };
      const client = await Client.open(await openBox({ ...world, destination }), join(world.folder, 'run'), signal);
      const job = numberedJob({ lines: short ? 1000 : 2500, pauseMs: 4 });
      await client.submit(job);
      const faults = short ? 1 : 3;
      let longest = 0;
      for (let restart = 0; restart < faults; restart++) {
        await client.until(() => client.state(job.id) === 'running');
        const began = Date.now();
        await sshd.down();
        longest = Math.max(longest, (await client.contact('lost')) - began);
        await sshd.up();
        await client.contact('connected');
      }
      return finish(world, client, job.id, { faults, noticedMs: longest });
    }),
};
