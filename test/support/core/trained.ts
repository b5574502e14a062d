/** An experiment whose training has ended well. */
import type { Journal } from '../../../src/core/run/journal';
import { recipe } from './samples';

export async function trained(journal: Journal, id = '01-a'): Promise<void> {
  const folder = `experiments/${id}`;
  await journal.record('experiment.created', {
    ...{ id, slug: 'a', parent: null, hypothesis: 'h', recipe: recipe(), config: {}, scriptHash: 'h', folder },
  });
  const job = { id: `train-${id}`, kind: 'train' as const, experiment: id, contentHash: 'h', capSeconds: 9, folder };
  await journal.record('job.submitted', job);
  const ended = { startedAt: 1, endedAt: 2, wallSeconds: 1, gpuSeconds: 0, failure: null };
  await journal.record('job.changed', { id: job.id, state: 'finished', ...ended });
}
