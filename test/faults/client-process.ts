/** A client in a process of its own, to be killed: submits a job, follows it into a run's folder and says what arrives. */
import type { Box, JobRequest } from '../../src/core/ports/box';
import { Client } from './client';
import { type Address, openBox } from '../support/box-world';

interface Task extends Address {
  folder: string;
  job: JobRequest;
}

/** Says each piece before it is written, so that a kill may fall into the writing. */
function speaking(box: Box): Box {
  return Object.assign(Object.create(box) as Box, {
    async *follow(...place: Parameters<Box['follow']>) {
      for await (const update of box.follow(...place)) {
        process.stdout.write(`${update.type}\n`);
        yield update;
      }
    },
  });
}

async function main(task: Task): Promise<void> {
  const client = await Client.open(speaking(await openBox(task)), task.folder, new AbortController().signal);
  await client.submit(task.job);
  await client.ended(task.job.id);
  await client.close();
}

main(JSON.parse(process.argv[2] ?? '') as Task).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
