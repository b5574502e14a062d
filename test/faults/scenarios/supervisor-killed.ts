/** A process of the job's supervisor is killed; the job must go on, or its end must be told. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openBox, withWorld, type World } from '../../support/box-world';
import { kill } from '../../support/processes';
import { Client } from '../client';
import { finish } from '../finish';
import { numberedJob } from '../numbered-job';
import type { Conditions, Figures, Scenario } from '../scenario';

type Role = 'worker' | 'guardian';

export const workerKilled = replaced('worker', 'The worker, which beats and enforces the caps,');
export const guardianKilled = replaced('guardian', 'The guardian, which stands behind the worker,');

export const runnerKilled: Scenario = {
  name: 'supervisor killed -9: runner',
  what: 'The runner, through which the output of the job flows, is killed: the job cannot go on and says so. Noticed: that is told.',
  limitSeconds: 120,
  run: ({ signal }) =>
    withWorld(async (world) => {
      const client = await Client.open(await openBox(world), join(world.folder, 'run'), signal);
      const job = numberedJob({ lines: 100_000, pauseMs: 4 });
      await client.submit(job);
      await client.received(job.id, 4096);
      kill((await supervisorOf(world, job.id)).runner);
      const killed = Date.now();
      await client.ended(job.id);
      return finish(world, client, job.id, {
        faults: 1,
        noticedMs: Date.now() - killed,
        expectedState: 'failed (killed)',
      });
    }),
};

function replaced(role: Role, who: string): Scenario {
  return {
    name: `supervisor killed -9: ${role}`,
    what: `${who} is killed under the job, which goes on. Noticed: another process stands in its place.`,
    limitSeconds: 120,
    run: (conditions) => killUnderJob(role, conditions),
  };
}

function killUnderJob(role: Role, { short, signal }: Conditions): Promise<Figures> {
  return withWorld(async (world) => {
    const client = await Client.open(await openBox(world), join(world.folder, 'run'), signal);
    const faults = short ? 1 : 3;
    const job = numberedJob({ lines: faults * 1500, pauseMs: 4 });
    await client.submit(job);
    let longest = 0;
    for (let death = 0; death < faults; death++) {
      await client.received(job.id, 4096 * (death + 1));
      const pid = (await supervisorOf(world, job.id))[role];
      const began = Date.now();
      kill(pid);
      while ((await supervisorOf(world, job.id))[role] === pid) await sleep(20, undefined, { signal });
      longest = Math.max(longest, Date.now() - began);
    }
    return finish(world, client, job.id, { faults, noticedMs: longest });
  });
}

async function supervisorOf(world: World, id: string): Promise<Record<Role | 'runner', number>> {
  const text = await readFile(join(world.jobFolder(id), 'status.json'), 'utf8');
  const { pid, guardian, runner } = JSON.parse(text) as Record<'guardian' | 'runner', { pid: number }> & {
    pid: number;
  };
  return { worker: pid, guardian: guardian.pid, runner: runner.pid };
}
