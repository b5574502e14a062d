/** Small files: ours by their content in one stream, hashed here first; OpenSSH's by `scp -r`, `sftp` and `tar` through `ssh`. */
import { randomBytes } from 'node:crypto';
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { localFiles } from '../../../src/adapters/files/local-files';
import type { SupervisedBox } from '../../../src/core/box/supervised-box';
import { followToEnd, pythonJob } from '../../support/box-job';
import { inTurns } from '../measure';
import { durationRow, type Row } from '../row';
import type { BenchStage } from './stage';

export type Ends = Pick<BenchStage, 'folder' | 'root' | 'box' | 'peer'>;

interface Amount {
  count: number;
  repetitions: number;
  /** In the names of the rows. */
  where: string;
  /** Where each program's way is known: told beside the goal, which is against a fresh `scp -r`. */
  all: boolean;
}

type Times = Record<string, number>;

export function smallFiles(stage: BenchStage): Promise<Row[]> {
  return measureSmallFiles(stage, { count: 2000, repetitions: 3, where: '', all: true });
}

export async function measureSmallFiles(ends: Ends, amount: Amount): Promise<Row[]> {
  const name = `${amount.count.toLocaleString('en')} small files`;
  const up = await sendAll(ends, amount);
  const down = await fetchAll(ends, amount);
  return [...rows(`${name} up${amount.where}`, up), ...rows(`${name} down${amount.where}`, down)];
}

async function sendAll({ box, peer, folder }: Ends, { count, repetitions, where, all }: Amount): Promise<Times> {
  let made = 0;
  // New files each time: what the box has already is not sent again.
  const sets = await Promise.all(Array.from({ length: repetitions + 1 }, () => makeFiles(folder, count)));
  const set = () => sets[made] ?? '';
  const to = (kind: string) => join(folder, `up-${kind}${where && '-far'}-${made}`);
  return inTurns<string>(repetitions, {
    ours: () => push(box, set(), count),
    'scp -r': () => peer.fresh.up(set(), to('scp')),
    ...(all
      ? {
          'scp -r, open connection': () => peer.open.up(set(), to('scp-open')),
          'sftp, open connection': () => peer.open.sftpUp(set(), to('sftp')),
        }
      : {}),
    'tar | ssh tar': () => peer.open.tarUp(set(), to('tar')).finally(() => made++),
  });
}

async function fetchAll({ box, peer, folder, root }: Ends, { count, repetitions, where, all }: Amount): Promise<Times> {
  const job = pythonJob('print(1)');
  await box.submit(job);
  await followToEnd(box, job.id);
  const artifacts = join(root, 'jobs', job.id, 'artifacts');
  await cp(await makeFiles(folder, count), join(artifacts, 'small'), { recursive: true });
  let turn = 0;
  const to = (kind: string) => join(folder, `down-${kind}${where && '-far'}-${turn}`);
  return inTurns<string>(repetitions, {
    ours: async () => {
      const { fetched } = await box.fetch(job.id, ['small'], to('ours'));
      if (fetched !== count) throw new Error(`Fetching gave ${fetched} files.`);
    },
    'scp -r': () => peer.fresh.down(join(artifacts, 'small'), to('scp')),
    ...(all
      ? {
          'scp -r, open connection': () => peer.open.down(join(artifacts, 'small'), to('scp-open')),
          'sftp, open connection': () => peer.open.sftpDown(join(artifacts, 'small'), to('sftp')),
        }
      : {}),
    'tar | ssh tar': () => peer.open.tarDown(join(artifacts, 'small'), to('tar')).finally(() => turn++),
  });
}

function rows(name: string, { ours = NaN, ...peers }: Times): Row[] {
  return Object.entries(peers).map(([program, peer]) =>
    durationRow(name, program, { ours, peer }, program === 'scp -r' ? 3 : undefined),
  );
}

async function push(box: SupervisedBox, folder: string, count: number): Promise<void> {
  const names = await readdir(folder);
  const files = names.map(async (name) => {
    const source = join(folder, name);
    return { source, sha256: await localFiles.hash(source), bytes: (await localFiles.size(source)) ?? 0 };
  });
  const { sent } = await box.push(await Promise.all(files));
  if (sent !== count) throw new Error(`Only ${sent} files were sent.`);
}

let sets = 0;

async function makeFiles(parent: string, count: number): Promise<string> {
  const folder = join(parent, `small-${++sets}`);
  await mkdir(folder);
  const write = (_: unknown, n: number) =>
    writeFile(join(folder, `${n}.json`), randomBytes(1000 + ((n * 7919) % 6000)));
  await Promise.all(Array.from({ length: count }, write));
  return folder;
}
