/** One file of 1 GB, up and down. */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { sideBySide } from '../measure';
import { type Row, throughputRow } from '../row';
import type { BenchStage } from './stage';

const megabytes = 1000;
const repetitions = 3;

export async function bulk({ folder, shell, peer }: BenchStage): Promise<Row[]> {
  const at = (name: string) => join(folder, name);
  await writeLarge(at('original'));
  const up = await sideBySide(
    repetitions,
    () => shell.upload(at('original'), at('up-ours'), { offset: 0 }),
    () => peer.up(at('original'), at('up-peer')),
  );
  const down = await sideBySide(
    repetitions,
    () => shell.download(at('original'), at('down-ours'), { offset: 0 }),
    () => peer.down(at('original'), at('down-peer')),
  );
  const original = await hashOf(at('original'));
  for (const name of ['up-ours', 'down-ours']) {
    if ((await hashOf(at(name))) !== original) throw new Error(`${name} is not what was sent.`);
  }
  return [throughputRow('1 GB up', megabytes, 'scp', up, 0.8), throughputRow('1 GB down', megabytes, 'scp', down, 0.8)];
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
