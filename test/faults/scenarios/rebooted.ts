/** The machine goes down under the job and comes back: another boot id, and none of its processes. */
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { killAllOf } from '../../support/processes';
import { Client } from '../client';
import { finish } from '../finish';
import { numberedJob } from '../numbered-job';
import type { Scenario } from '../scenario';
import { openBox, withWorld } from '../../support/box-world';

export const rebooted: Scenario = {
  name: 'box rebooted',
  what: "sshd and every process of the job are killed, and the job's recorded boot id is made another (this machine cannot be restarted). Noticed: the state is told, counted from sshd's return.",
  limitSeconds: 180,
  run: ({ signal }) =>
    withWorld(async (world) => {
      const client = await Client.open(await openBox(world), join(world.folder, 'run'), signal);
      const job = numberedJob({ lines: 100_000, pauseMs: 4 });
      await client.submit(job);
      await client.until(() => client.state(job.id) === 'running');
      await client.received(job.id, 4096);
      await world.sshd.down();
      killAllOf(world.root);
      await pretendOtherBoot(join(world.jobFolder(job.id), 'status.json'));
      await world.sshd.up();
      const back = Date.now();
      await client.ended(job.id);
      const findings = { faults: 1, noticedMs: Date.now() - back, expectedState: 'rebooted (lost)' };
      return finish(world, client, job.id, findings);
    }),
};

async function pretendOtherBoot(path: string): Promise<void> {
  const status = JSON.parse(await readFile(path, 'utf8')) as object;
  await writeFile(path, JSON.stringify({ ...status, bootId: randomUUID() }));
}
