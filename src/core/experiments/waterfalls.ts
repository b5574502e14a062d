/** Where the rows of an experiment's recipe went, as its job counted: read back once and kept in the run's log. */
import { waterfallSchema } from '../data/waterfall';
import type { Waterfall } from '../run/types';
import type { ExperimentView, JobView } from '../run/view';
import type { Bench } from './bench';

/** Null while the job has not compiled its recipe, or where it failed before that. */
export async function waterfallOf(bench: Bench, job: JobView): Promise<Waterfall | null> {
  const known = experimentOf(bench, job)?.waterfall;
  if (known) return known;
  if (job.kind !== 'train' || job.experiment === null) return null;
  const waterfall = await read(bench, job.id);
  if (waterfall === null) return null;
  const isNew = () => experimentOf(bench, job)?.waterfall === null;
  await bench.journal.recordIf(isNew, 'recipe.compiled', { experiment: job.experiment, job: job.id, waterfall });
  return waterfall;
}

async function read(bench: Bench, job: string): Promise<Waterfall | null> {
  // It is told beside other things: whatever keeps it from being read, those must reach the caller.
  const answer = await bench.jobs.result(job, 'artifacts/waterfall.json').catch(() => undefined);
  const parsed = waterfallSchema.safeParse(answer);
  return parsed.success ? parsed.data : null;
}

function experimentOf(bench: Bench, job: JobView): ExperimentView | undefined {
  return bench.journal.view.experiments.find(({ id }) => id === job.experiment);
}
