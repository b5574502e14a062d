/** 2,000 small files: ours by their content in one stream, hashed here first; OpenSSH's by `scp -r`. */
import { randomBytes } from 'node:crypto';
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { localFiles } from '../../../src/adapters/files/local-files';
import { followToEnd, pythonJob } from '../../support/box-job';
import { sideBySide } from '../measure';
import { durationRow, type Row } from '../row';
import type { BenchStage } from './stage';

const count = 2000;
const repetitions = 3;

export async function smallFiles(stage: BenchStage): Promise<Row[]> {
  const { box, peer } = stage;
  const at = (name: string) => join(stage.folder, name);
  const job = pythonJob('print(1)');
  await box.submit(job);
  await followToEnd(box, job.id);
  const artifacts = join(stage.root, 'jobs', job.id, 'artifacts');
  let turn = 0;
  const sets = await Promise.all(Array.from({ length: repetitions + 1 }, (_, n) => makeFiles(at(`small-${n}`))));
  await cp(at('small-0'), join(artifacts, 'small'), { recursive: true });
  const up = await sideBySide(
    repetitions,
    // New files each time: what the box has already is not sent again.
    () => push(stage, sets[turn] ?? ''),
    () => peer.up(sets[turn] ?? '', at(`up-${turn++}`), true),
  );
  let fetched = 0;
  const down = await sideBySide(
    repetitions,
    () => box.fetch(job.id, [], at(`fetched-${++fetched}`)),
    () => peer.down(artifacts, at(`down-${fetched}`), true),
  );
  const arrived = (await readdir(join(at('fetched-1'), 'small'))).length;
  if (arrived !== count) throw new Error(`Fetching gave ${arrived} files.`);
  return [
    durationRow('2,000 small files up', 'scp -r', up, 3),
    durationRow('2,000 small files down', 'scp -r', down, 3),
  ];
}

async function push({ box }: BenchStage, folder: string): Promise<void> {
  const names = await readdir(folder);
  const files = names.map(async (name) => {
    const source = join(folder, name);
    return { source, sha256: await localFiles.hash(source), bytes: (await localFiles.size(source)) ?? 0 };
  });
  const { sent } = await box.push(await Promise.all(files));
  if (sent !== count) throw new Error(`Only ${sent} files were sent.`);
}

async function makeFiles(folder: string): Promise<string> {
  await mkdir(folder);
  const write = (_: unknown, n: number) =>
    writeFile(join(folder, `${n}.json`), randomBytes(1000 + ((n * 7919) % 6000)));
  await Promise.all(Array.from({ length: count }, write));
  return folder;
}
