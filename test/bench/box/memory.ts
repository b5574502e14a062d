/** How much the host grows while a log of 2 GB passes through it: in a process of its own, which does nothing else. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Row, soleRow } from '../row';
import { followStdout, writingJob } from './logs';
import type { BenchStage } from './stage';

export const memoryMegabytes = 2000;

export async function memory({ sshd, root, box }: BenchStage): Promise<Row[]> {
  const job = writingJob(memoryMegabytes);
  await box.submit(job);
  await followStdout(box, job.id);
  const { host: hostname, port, user, keyPath: identityFile, knownHostsPath: knownHostsFile } = sshd;
  const task = JSON.stringify({
    destination: { hostname, port, user, identityFile, knownHostsFile },
    root,
    id: job.id,
  });
  const words = ['--expose-gc', '--import', 'tsx', join(__dirname, 'memory-process.ts'), task];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error('The process that follows the large log failed.');
  const { bytes, growthMB } = JSON.parse(said) as { bytes: number; growthMB: number };
  if (bytes !== memoryMegabytes * 1e6) throw new Error(`Following the large log gave ${bytes} bytes.`);
  return [soleRow('host memory growth, 2 GB tail', growthMB, 'MB', 50)];
}
