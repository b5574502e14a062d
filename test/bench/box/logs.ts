/** 100 MB of log lines that a job wrote, from the box to here. */
import { join } from 'node:path';
import type { SupervisedBox } from '../../../src/core/box/supervised-box';
import { pythonJob } from '../../support/box-job';
import { sideBySide } from '../measure';
import { type Row, throughputRow } from '../row';
import type { BenchStage } from './stage';

const megabytes = 100;

/** Writes so many megabytes of numbered lines. */
export function writingJob(size: number) {
  return pythonJob(`
import sys
lines = "".join("%07d the loss of this step was 0.123456 and its learning rate 0.000200\\n" % n for n in range(1000)).encode()
left = ${size} * 10**6
while left > 0:
    left -= sys.stdout.buffer.write(lines[:left])
`);
}

/** Bytes of stdout that following the job gave. */
export async function followStdout(box: SupervisedBox, id: string): Promise<number> {
  let bytes = 0;
  for await (const update of box.follow(id, {})) {
    if (update.type === 'data' && update.file === 'stdout.log') bytes += update.bytes.length;
  }
  return bytes;
}

export async function logs({ root, box, peer }: BenchStage): Promise<Row[]> {
  const job = writingJob(megabytes);
  await box.submit(job);
  await followStdout(box, job.id);
  const folder = join(root, 'jobs', job.id);
  const ours = async () => {
    const bytes = await followStdout(box, job.id);
    if (bytes !== megabytes * 1e6) throw new Error(`Following gave ${bytes} bytes.`);
  };
  const speeds = await sideBySide(5, ours, () => peer.open.ssh(`cat ${folder}/stdout.log*`));
  return [throughputRow('100 MB of log lines', megabytes, 'ssh cat', speeds, 0.7)];
}
