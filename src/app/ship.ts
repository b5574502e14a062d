/** `runs ship`: the last good model of a run in a folder of this machine, with its card and its manifest, all of it or nothing. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { FileStore } from '../adapters/files/file-store';
import { cannot, type OpenedBox } from '../core/box/opened-box';
import { MlInternError } from '../core/errors';
import { manifestPath, manifestSchema, type Manifest } from '../core/experiments/manifest';
import { sha256 } from '../core/hash';
import type { StorageOptions } from '../core/ports/box-files';
import type { RunView } from '../core/run/view';
import { modelCard, toShip } from '../core/ship/model-card';
import type { AppOptions } from './options';

export interface ShipOrder {
  view: RunView;
  box: OpenedBox;
  /** A folder that is not there yet. */
  to: string;
}

export interface ShipAnswer {
  run: string;
  experiment: string;
  folder: string;
  bytes: number;
  /** The weights are those that the manifest records; null where it records none. */
  verified: boolean | null;
}

export async function shipRun(order: ShipOrder, options: AppOptions, watch: StorageOptions): Promise<ShipAnswer> {
  const { view, box, to } = order;
  const { good, experiment } = toShip(view);
  const isThere = await access(to).then(
    () => true,
    () => false,
  );
  if (isThere) throw new MlInternError('bad-input', `${to} is there already.`, { next: 'Name a new folder.' });
  if (!box.fetch) throw cannot(box, 'hand out what a job left behind');
  const text = await new FileStore(join(options.workspace, 'ml-intern')).read(manifestPath(view.id, experiment));
  const manifest = text === undefined ? null : manifestSchema.parse(JSON.parse(text));
  const part = `${to}.part`;
  await mkdir(dirname(to), { recursive: true });
  const { bytes } = await box.fetch(good.job, ['model'], part, watch);
  const model = join(part, 'model');
  const verified = await isRecorded(model, manifest);
  await writeFile(join(model, 'README.md'), modelCard({ view, good, experiment, manifest }));
  if (text !== undefined) await writeFile(join(model, 'manifest.json'), text);
  await rename(model, to);
  await rm(part, { recursive: true, force: true });
  return { run: view.id, experiment: experiment.id, folder: to, bytes, verified };
}

/** As the box hashes weights: over the hashes of all weight files, in order of their names. */
async function isRecorded(model: string, manifest: Manifest | null): Promise<boolean | null> {
  const recorded = manifest?.output.weightsHash ?? null;
  if (recorded === null) return null;
  const notWeights = new Set(['training_args.bin', 'optimizer.pt', 'scheduler.pt', 'rng_state.pt']);
  const names = (await readdir(model)).filter((name) => /\.(safetensors|bin|pt|gguf)$/.test(name));
  const files = names.filter((name) => !notWeights.has(name)).sort();
  const hashes = await Promise.all(files.map((name) => fileHash(join(model, name))));
  if (sha256(hashes.join('')) === recorded) return true;
  throw new MlInternError('job-failed', 'The weights on the box are not those that were scored.', {
    next: 'Repeat the experiment with "ml-intern runs replay", or look at what changed them.',
  });
}

async function fileHash(path: string): Promise<string> {
  const digest = createHash('sha256');
  await pipeline(createReadStream(path), digest);
  return digest.digest('hex');
}
