/** The result of a job of the run that does one thing and answers: or an error in the job's own words. */
import { z } from 'zod';
import { MlInternError } from '../errors';
import { jobRequest, type Bench, type WorkOrder } from './bench';
import { jobError } from './preparation';

const failed = z.object({ error: z.object({ message: z.string(), next: z.string() }) });

/** `what` begins the sentence that is said where the job has no words of its own. */
export async function jobAnswer(bench: Bench, order: WorkOrder, what: string, next: string): Promise<unknown> {
  const { id } = order;
  const job = await bench.jobs.run(await jobRequest(bench, order), { experiment: null, folder: `jobs/${id}` });
  const result = await bench.jobs.result(id).catch(() => undefined);
  const told = failed.safeParse(result);
  if (told.success) throw new MlInternError('job-failed', told.data.error.message, { next: told.data.error.next });
  if (job.state === 'finished') return result;
  throw jobError(job, what, next);
}
