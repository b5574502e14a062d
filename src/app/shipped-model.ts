/** The last good model of a run in a folder of this machine, with its card and its manifest, and every file hashed. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { FileStore } from '../adapters/files/file-store';
import { cannot, type OpenedBox } from '../core/box/opened-box';
import { MlInternError } from '../core/errors';
import { pretty } from '../core/experiments/files';
import { manifestPath, manifestSchema, type Manifest } from '../core/experiments/manifest';
import { sha256 } from '../core/hash';
import type { StorageOptions } from '../core/ports/box-files';
import type { HubFile } from '../core/ports/model-hub';
import type { RunView } from '../core/run/view';
import { modelCard, toShip } from '../core/ship/model-card';
import { sharedManifest } from '../core/ship/shared-manifest';
import type { AppOptions } from './options';

export interface GatheredModel {
  folder: string;
  files: HubFile[];
  /** That were fetched. */
  bytes: number;
  /** The weights are those that the manifest records; null where it records none. */
  verified: boolean | null;
  card: string;
}

/** What lies in `into` already is not fetched again. */
export async function gatherModel(
  view: RunView,
  box: OpenedBox,
  into: string,
  options: AppOptions,
  watch: StorageOptions,
): Promise<GatheredModel> {
  const { good, experiment } = toShip(view);
  if (!box.fetch) throw cannot(box, 'hand out what a job left behind');
  const text = await new FileStore(join(options.workspace, 'ml-intern')).read(manifestPath(view.id, experiment));
  const manifest = text === undefined ? null : manifestSchema.parse(JSON.parse(text));
  await mkdir(into, { recursive: true, mode: 0o700 });
  const { bytes } = await box.fetch(good.job, ['model'], into, watch);
  const folder = join(into, 'model');
  const card = modelCard({ view, good, experiment, manifest });
  await writeFile(join(folder, 'README.md'), card);
  if (manifest) await writeFile(join(folder, 'manifest.json'), pretty(sharedManifest(manifest)));
  const files = await filesBelow(folder);
  return { folder, files, bytes, verified: isRecorded(files, manifest), card };
}

async function filesBelow(folder: string): Promise<HubFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sources = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files: HubFile[] = [];
  for (const source of sources.toSorted()) {
    const path = relative(folder, source).split(sep).join('/');
    files.push({ path, source, bytes: (await stat(source)).size, sha256: await fileHash(source) });
  }
  return files;
}

/** As the box hashes weights: over the hashes of all weight files, in order of their names. */
function isRecorded(files: readonly HubFile[], manifest: Manifest | null): boolean | null {
  const recorded = manifest?.output.weightsHash ?? null;
  if (recorded === null) return null;
  const notWeights = new Set(['training_args.bin', 'optimizer.pt', 'scheduler.pt', 'rng_state.pt']);
  const weights = files.filter(({ path }) => /^[^/]+\.(safetensors|bin|pt|gguf)$/.test(path) && !notWeights.has(path));
  if (sha256(weights.map((file) => file.sha256).join('')) === recorded) return true;
  throw new MlInternError('job-failed', 'The weights on the box are not those that were scored.', {
    next: 'Repeat the experiment with "ml-intern runs replay", or look at what changed them.',
  });
}

async function fileHash(path: string): Promise<string> {
  const digest = createHash('sha256');
  await pipeline(createReadStream(path), digest);
  return digest.digest('hex');
}
