/** A run whose best model can be shipped, and the box that hands it out. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { OpenedBox } from '../../src/core/box/opened-box';
import type { BoxStorage } from '../../src/core/ports/box-files';
import { FakeBox } from '../support/core/fake-box';
import { overlap, recipe, sheet } from '../support/core/samples';
import { comparison, config, FakeRuns, score } from './support';

/** Hands out these files as the model. */
export function modelBox(files: Record<string, string> = { 'model.safetensors': 'weights' }): OpenedBox {
  const fetch: BoxStorage['fetch'] = async (job, paths, into) => {
    assert.deepEqual([job, paths], ['train-1', ['model']]);
    for (const [path, content] of Object.entries(files)) {
      const place = join(into, 'model', path);
      await mkdir(dirname(place), { recursive: true });
      await writeFile(place, content);
    }
    return { folder: into, fetched: 1, bytes: 7, unchanged: 0, skipped: [] };
  };
  return Object.assign(new FakeBox(), { fetch });
}

export async function runWithModel({ promoted = true, licence = 'cc-by-sa-4.0' } = {}): Promise<FakeRuns> {
  const runs = new FakeRuns();
  await runs.start(config);
  const [one] = runs.runs;
  assert.ok(one);
  const weights = { path: '/models/tiny', revision: 'r', weightsHash: 'w', parameters: 1 };
  one.add('base-model.ready', { ...weights, licence: 'apache-2.0' });
  one.add('dataset.inspected', { sheet: sheet('lab/qa', { licence }), file: 'f' });
  one.add('overlap.checked', { report: overlap('lab/qa', [3]) });
  one.add('experiment.created', {
    ...{ id: '01-a', slug: 'a', parent: null, hypothesis: 'plain <b>rows</b> help', recipe: recipe() },
    ...{ config: { learning_rate: 1e-5 }, scriptHash: 'h', folder: 'experiments/01-a' },
  });
  const job = {
    id: 'train-1',
    kind: 'train' as const,
    experiment: '01-a',
    contentHash: 'h',
    capSeconds: 9,
    folder: 'f',
  };
  one.add('job.submitted', job);
  const ended = { startedAt: 1, endedAt: 2, wallSeconds: 1, gpuSeconds: 0, failure: null };
  one.add('job.changed', { id: 'train-1', state: 'finished', ...ended });
  const scored = { job: 'j', score: score(0.6, 0.25), comparison: null, toBaseline: comparison('baseline', 0.2) };
  one.add('experiment.scored', { experiment: '01-a', split: 'dev', ...scored });
  if (!promoted) return runs;
  const difference = comparison('baseline', 0.15);
  const decided = { verdict: 'better' as const, baseline: score(0.4), best: score(0.55), difference, reason: 'r' };
  one.add('promotion.decided', { experiment: '01-a', ...decided });
  return runs;
}
