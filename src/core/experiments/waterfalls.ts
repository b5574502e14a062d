/** What became of the rows of an experiment's recipe, as its job counted and rendered them: read back once and kept in the run's log. */
import type { z } from 'zod';
import { renderedSchema, waterfallSchema } from '../data/waterfall';
import type { RenderedSample, Waterfall } from '../run/types';
import type { ExperimentView, JobView } from '../run/view';
import type { Bench } from './bench';

export interface CompiledRecipe {
  waterfall: Waterfall;
  /** Null where the rows were not rendered. */
  rendered: RenderedSample | null;
}

/** Null while the job has not compiled its recipe, or where it failed before that. */
export async function compiledOf(bench: Bench, job: JobView): Promise<CompiledRecipe | null> {
  const known = experimentOf(bench, job);
  if (known?.waterfall) return { waterfall: known.waterfall, rendered: known.rendered };
  if (job.kind !== 'train' || job.experiment === null) return null;
  const waterfall = await read(bench, job.id, 'waterfall.json', waterfallSchema);
  if (waterfall === null) return null;
  const rendered = await read(bench, job.id, 'render.json', renderedSchema);
  const isNew = () => experimentOf(bench, job)?.waterfall === null;
  const told = { experiment: job.experiment, job: job.id, waterfall, ...(rendered ? { rendered } : {}) };
  await bench.journal.recordIf(isNew, 'recipe.compiled', told);
  return { waterfall, rendered };
}

async function read<T>(bench: Bench, job: string, name: string, schema: z.ZodType<T>): Promise<T | null> {
  // It is told beside other things: whatever keeps it from being read, those must reach the caller.
  const answer = await bench.jobs.result(job, `artifacts/${name}`).catch(() => undefined);
  const parsed = schema.safeParse(answer);
  return parsed.success ? parsed.data : null;
}

function experimentOf(bench: Bench, job: JobView): ExperimentView | undefined {
  return bench.journal.view.experiments.find(({ id }) => id === job.experiment);
}
