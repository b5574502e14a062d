/** Data sheets in a run that the box has to make, as jobs: the viewer and the files by range gave no rows. */
import { z } from 'zod';
import type { SheetAsk } from '../data/box-sheet';
import { MlInternError } from '../errors';
import { sha256 } from '../hash';
import { jobRequest, type Bench } from './bench';
import { pretty } from './files';
import { jobError, type Preparation } from './preparation';

const capSeconds = 2 * 3600;
const failed = z.object({ error: z.object({ message: z.string(), next: z.string() }) });

export function askOfJobs(bench: Bench, preparation: Preparation): SheetAsk {
  return async (question) => {
    const files = { 'sheet.json': pretty(question) };
    const id = bench.jobs.attempt(`${bench.runId}-sheet-${sha256(files['sheet.json']).slice(0, 10)}`);
    const order = {
      ...{ id, kind: 'sheet' as const, files, capSeconds },
      steps: [['{python}', '-m', 'ml_intern_box.sheet', 'sheet.json']],
      environment: await preparation.environment('train'),
    };
    const job = await bench.jobs.run(await jobRequest(bench, order), { experiment: null, folder: `jobs/${id}` });
    const result = await bench.jobs.result(id).catch(() => undefined);
    const told = failed.safeParse(result);
    if (told.success) throw new MlInternError('job-failed', told.data.error.message, { next: told.data.error.next });
    if (job.state === 'finished') return result;
    throw jobError(job, 'The box could not read the rows', "Read the job's stderr.log, or set the dataset aside.");
  };
}
