/** Downloads the wheels of the product's sets on this machine, for a box that reaches no package index, and brings them there. */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localFiles } from '../adapters/files/local-files';
import { cannot, type OpenedBox } from '../core/box/opened-box';
import { MlInternError } from '../core/errors';
import type { TransferProgress } from '../core/ports/box-files';
import type { WheelhouseAnswer } from '../core/ports/wheelhouse';
import { readEnvironmentSet } from './product-files';
import { ownProgramEnvironment } from '../node/child-environment';

export interface WheelOrder {
  productRoot: string;
  sets: readonly string[];
  /** pip's own words, a piece at a time. */
  onText: (text: string) => void;
  onProgress: (progress: TransferProgress) => void;
}

export async function fillWheelhouse(box: OpenedBox, order: WheelOrder): Promise<WheelhouseAnswer> {
  if (!box.wheelhouse || !box.push) throw cannot(box, 'be sent wheels');
  const sets = await Promise.all(order.sets.map((name) => readEnvironmentSet(order.productRoot, name)));
  const oldest =
    sets
      .map(({ python }) => python ?? '3.8')
      .toSorted(byVersion)
      .at(-1) ?? '3.8';
  const target = await box.wheelhouse([], oldest);
  const folder = await mkdtemp(join(tmpdir(), 'ml-intern-wheels-'));
  try {
    await download(folder, target, order);
    const files = await Promise.all(
      (await readdir(folder)).filter((name) => name.endsWith('.whl')).map(wheelIn(folder)),
    );
    await box.push(files, { onProgress: order.onProgress });
    return await box.wheelhouse(files, oldest);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function download(folder: string, target: WheelhouseAnswer, order: WheelOrder): Promise<void> {
  const { python, machine, glibc, accelerator } = target;
  const file = join(folder, 'target.json');
  await writeFile(file, JSON.stringify({ sets: order.sets, python, machine, glibc, accelerator }));
  const env = { ...ownProgramEnvironment(), PYTHONPATH: join(order.productRoot, 'box') };
  const child = spawn('python3', ['-m', 'ml_intern_box.download', file, folder], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr.setEncoding('utf8').on('data', order.onText);
  const code = await new Promise<number | null>((resolve, reject) =>
    child.on('error', reject).on('close', resolve),
  ).catch(() => null);
  if (code === 0) return;
  throw new MlInternError('bad-input', 'The wheels could not be downloaded on this machine.', {
    next: 'It needs python3 with pip and a way to the package index: see what pip said above, then try again.',
  });
}

function wheelIn(folder: string) {
  return async (name: string) => {
    const source = join(folder, name);
    const [sha256, { size }] = await Promise.all([localFiles.hash(source), stat(source)]);
    return { name, source, sha256, bytes: size };
  };
}

function byVersion(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
