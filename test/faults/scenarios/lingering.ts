/** The job leaves a child behind that holds its output open, in a session of its own, deaf to SIGTERM. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from '../client';
import { finish } from '../finish';
import { numberedJob } from '../numbered-job';
import type { Scenario } from '../scenario';
import { openBox, withWorld } from '../../support/box-world';

const leaveChild = `
import signal
if os.fork() == 0:
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)
    os._exit(0)
with open(os.path.join(artifacts, "left"), "w") as file:
    file.write(str(time.time()))
`;

export const lingering: Scenario = {
  name: 'lingering child',
  what: "The job's program ends, its child stays, keeps the pipes and ignores SIGTERM. Noticed: the end is told, counted from the program's end.",
  limitSeconds: 120,
  run: ({ signal }) =>
    withWorld(async (world) => {
      const client = await Client.open(await openBox(world), join(world.folder, 'run'), signal);
      const job = numberedJob({ lines: 200, pauseMs: 2, last: leaveChild });
      await client.submit(job);
      await client.ended(job.id);
      const left = Number(await readFile(join(world.jobFolder(job.id), 'artifacts', 'left'), 'utf8'));
      return finish(world, client, job.id, { faults: 1, noticedMs: Date.now() - left * 1000 });
    }),
};
