/** One file of 1 GB, up and down: as it goes unless a transport is chosen, and over our own SSH alone. */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AutoShell } from '../../../src/adapters/ssh/auto-shell';
import type { FileTransfer } from '../../../src/core/ports/shell';
import { inTurns } from '../measure';
import { type Row, throughputRow } from '../row';
import type { Programs } from './openssh';
import type { BenchStage } from './stage';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const megabytes = 1000;
const repetitions = 3;

export async function bulk({ folder, shell: builtIn, sshd, peer }: BenchStage): Promise<Row[]> {
  const auto = new AutoShell({ host: 'test-box', configFile: await sshd.config(), logger: silent });
  try {
    return await measure(folder, { auto, builtIn, open: peer.open });
  } finally {
    await auto.close();
  }
}

interface Ways {
  auto: FileTransfer;
  builtIn: FileTransfer;
  open: Programs;
}

async function measure(folder: string, { auto, builtIn, open }: Ways): Promise<Row[]> {
  const at = (name: string) => join(folder, name);
  await writeLarge(at('original'));
  const whole = { offset: 0, bytes: megabytes * 1e6 };
  const up = await inTurns(repetitions, {
    ours: () => auto.upload(at('original'), at('up-ours'), whole),
    builtIn: () => builtIn.upload(at('original'), at('up-built-in'), whole),
    scp: () => open.up(at('original'), at('up-peer')),
    sftp: () => open.sftpUp(at('original'), at('up-peer')),
  });
  const down = await inTurns(repetitions, {
    ours: () => auto.download(at('original'), at('down-ours'), whole),
    builtIn: () => builtIn.download(at('original'), at('down-built-in'), whole),
    scp: () => open.down(at('original'), at('down-peer')),
    sftp: () => open.sftpDown(at('original'), at('down-peer')),
  });
  const original = await hashOf(at('original'));
  for (const name of ['up-ours', 'up-built-in', 'down-ours', 'down-built-in']) {
    if ((await hashOf(at(name))) !== original) throw new Error(`${name} is not what was sent.`);
  }
  return [...rows('1 GB up', up), ...rows('1 GB down', down)];
}

type Times = Record<'ours' | 'builtIn' | 'scp' | 'sftp', number>;

function rows(name: string, { ours, builtIn, scp, sftp }: Times): Row[] {
  return [
    throughputRow(name, megabytes, 'scp', { ours, peer: scp }, 0.8),
    throughputRow(name, megabytes, 'sftp', { ours, peer: sftp }),
    throughputRow(`${name}, built-in SSH`, megabytes, 'scp', { ours: builtIn, peer: scp }),
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
