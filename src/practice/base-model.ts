/**
 * The practice world's base model: pretrained on the box the first time, then cached in `home/models/<key>`. The key covers everything
 * that shapes it, so another script, corpus or setting makes another model. The miniature Hub serves it through a link in the world's folder.
 */
import { randomUUID } from 'node:crypto';
import { cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { MlInternError } from '../core/errors';
import { contentHash, sha256 } from '../core/hash';
import { finalStates, type Box, type JobContent, type JobRequest } from '../core/ports/box';
import { makeWorld } from './world/world';
import type { JobView } from '../core/run/view';
import { ignoreMissing, worldPaths } from './world-file';

export interface BaseModelOptions {
  box: Box;
  home: string;
  seed: number;
  /** Folder that holds `box/practice/pretrain.py`. */
  productRoot: string;
  /** Hash of the environment to train in; asked for only when the model is missing. */
  environment: () => Promise<string>;
  signal: AbortSignal;
  /** Runs a job to its end as a job of the run, so that it is shown, followed and taken up again like any other. */
  run(request: JobRequest): Promise<Pick<JobView, 'state' | 'failure'>>;
}

/** Generous: a slow or busy machine still gets there. */
const capSeconds = 2 * 3600;

/** Idempotent. Returns the folder of the model. */
export async function ensureBaseModel(options: BaseModelOptions): Promise<string> {
  const { home, seed, productRoot } = options;
  const files = await pretrainFiles(seed, productRoot);
  const key = contentHash(hashes(files)).slice(0, 16);
  const folder = join(home, 'models', key);
  if (!(await exists(join(folder, 'config.json')))) await pretrain(options, files, folder);
  await serve(folder, worldPaths(home, seed).baseModel);
  return folder;
}

type Files = Record<string, string>;

async function pretrainFiles(seed: number, productRoot: string): Promise<Files> {
  const { corpus, vocabulary, pretraining } = makeWorld(seed);
  const config = { corpus: 'corpus.txt', vocabulary: 'vocabulary.txt', seed, ...pretraining };
  return {
    'pretrain.py': await readFile(join(productRoot, 'box/practice/pretrain.py'), 'utf8'),
    'pretrain.json': `${JSON.stringify(config, null, 2)}\n`,
    'corpus.txt': `${corpus.join('\n')}\n`,
    'vocabulary.txt': `${vocabulary.join('\n')}\n`,
  };
}

function hashes(files: Files): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [path, sha256(content)]));
}

async function pretrain(options: BaseModelOptions, files: Files, folder: string): Promise<void> {
  const { box, signal } = options;
  const request = await pretrainRequest(options, files);
  const job = await options.run(request);
  if (job.state !== 'finished') throw pretrainFailure(job);
  const answer = new TextDecoder().decode(await box.read(request.id, 'artifacts/result.json', undefined, signal));
  const { path } = z.object({ path: z.string() }).parse(JSON.parse(answer));
  await copyWhole(path, folder);
}

async function pretrainRequest(options: BaseModelOptions, files: Files): Promise<JobRequest> {
  const content: JobContent = {
    steps: [['{python}', 'pretrain.py', 'pretrain.json']],
    env: {},
    files: hashes(files),
    environment: await options.environment(),
    capSeconds,
  };
  // Named after its content, so that the box never takes another job for this one.
  const id = await nextAttempt(options, `practice-base-${contentHash(content).slice(0, 16)}`);
  return { id, run: 'practice', kind: 'pretrain', content, approvedHash: contentHash(content), files };
}

/** The last attempt when it still runs or has finished: then it is only followed. A failed one is not repeated under its own id. */
async function nextAttempt({ box, signal }: BaseModelOptions, base: string): Promise<string> {
  const tries = (await box.list(signal)).filter(({ id }) => id.startsWith(`${base}-t`));
  const usable = tries.find(({ state }) => state === 'finished' || !finalStates.has(state));
  return usable?.id ?? `${base}-t${tries.length + 1}`;
}

function pretrainFailure({ state, failure }: Pick<JobView, 'state' | 'failure'>): MlInternError {
  const why = failure === null ? `the job ended as ${state}` : `${failure.class}: ${failure.message}`;
  return new MlInternError('job-failed', `The practice base model could not be pretrained (${why}).`, {
    next: "Look at the job's stderr.log on the box, then resume the run.",
  });
}

/** The practice box shares this machine's disk. By rename, so that a half-copied model is never taken for a whole one. */
async function copyWhole(from: string, folder: string): Promise<void> {
  const fresh = `${folder}.${randomUUID().slice(0, 8)}`;
  await mkdir(dirname(folder), { recursive: true });
  await cp(from, fresh, { recursive: true });
  try {
    await rename(fresh, folder);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    // Somebody else was faster: the same model.
    if (!(await exists(join(folder, 'config.json')))) throw error;
  }
}

async function serve(folder: string, link: string): Promise<void> {
  await mkdir(dirname(link), { recursive: true });
  const fresh = `${link}.${process.pid}`;
  await rm(fresh, { force: true });
  await symlink(folder, fresh, 'junction');
  await rename(fresh, link);
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(ignoreMissing)) !== undefined;
}
