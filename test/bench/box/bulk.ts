/** One file of 1 GB, up and down. */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { inTurns } from '../measure';
import { type Row, throughputRow } from '../row';
import type { BenchStage } from './stage';

const megabytes = 1000;
const repetitions = 3;

export async function bulk({ folder, shell, peer }: BenchStage): Promise<Row[]> {
  const at = (name: string) => join(folder, name);
  await writeLarge(at('original'));
  const { open } = peer;
  const up = await inTurns(repetitions, {
    ours: () => shell.upload(at('original'), at('up-ours'), { offset: 0 }),
    scp: () => open.up(at('original'), at('up-peer')),
    sftp: () => open.sftpUp(at('original'), at('up-peer')),
  });
  const down = await inTurns(repetitions, {
    ours: () => shell.download(at('original'), at('down-ours'), { offset: 0 }),
    scp: () => open.down(at('original'), at('down-peer')),
    sftp: () => open.sftpDown(at('original'), at('down-peer')),
  });
  const original = await hashOf(at('original'));
  for (const name of ['up-ours', 'down-ours']) {
    if ((await hashOf(at(name))) !== original) throw new Error(`${name} is not what was sent.`);
  }
  return [...rows('1 GB up', up), ...rows('1 GB down', down)];
}

function rows(name: string, { ours, scp, sftp }: Record<'ours' | 'scp' | 'sftp', number>): Row[] {
  return [
    throughputRow(name, megabytes, 'scp', { ours, peer: scp }, 0.8),
    throughputRow(name, megabytes, 'sftp', { ours, peer: sftp }),
  ];
}

async function writeLarge(path: string): Promise<void> {
  const file = await open(path, 'w');
  const block = randomBytes(1e6);
  for (let written = 0; written < megabytes; written++) {
    block.writeUInt32LE(written);
    await file.write(block);
  }
  await file.close();
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
