/** The box's clock is an hour behind, and under the running job it is set an hour ahead and then right. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { skewedClock } from '../../support/skewed-clock';
import { Client } from '../client';
import { finish } from '../finish';
import { numberedJob } from '../numbered-job';
import type { Conditions, Figures, Scenario } from '../scenario';
import { openBox, withWorld } from '../../support/box-world';

const hour = 3600;
/** How far a time may be off that was told by the box's clock. */
const slack = 60;

export const clockSkew: Scenario = {
  name: 'clock skew',
  what: "The box's clock, as all that runs there sees it, is an hour behind, is set an hour ahead under the job and then right; the job must neither be lost nor end early. Noticed: `box check` tells the skew, counted from asking.",
  limitSeconds: 120,
  run: skewUnderJob,
};

function skewUnderJob({ signal }: Conditions): Promise<Figures> {
  return withWorld(async (world) => {
    const clock = await skewedClock(join(world.folder, 'clock'));
    await clock.set(-hour);
    const box = await openBox(world, clock.around);
    const client = await Client.open(box, join(world.folder, 'run'), signal);
    // Ended by us, lest a slow machine ends it while its clock is still wrong.
    const job = numberedJob({ lines: 100_000, pauseMs: 4 });
    await client.submit(job);
    await client.received(job.id, 4096);
    const broken = about(client.startedAt(job.id), Date.now() / 1000 - hour, 'the start');
    await clock.set(hour);
    const asked = Date.now();
    broken.push(...about((await box.check()).clockSkewSeconds, hour, 'the skew'));
    const noticedMs = Date.now() - asked;
    await clock.set(0);
    await writeFile(join(world.jobFolder(job.id), 'artifacts', 'enough'), '');
    const { endedAt, wallSeconds } = await client.ended(job.id);
    broken.push(...about(endedAt, Date.now() / 1000, 'the end'), ...about(wallSeconds, slack / 2, 'the duration'));
    return finish(world, client, job.id, { faults: 3, noticedMs, broken });
  });
}

function about(told: number | null, right: number, what: string): string[] {
  return Math.abs((told ?? 0) - right) <= slack ? [] : [`${what} was told as ${told}, not about ${right}`];
}
