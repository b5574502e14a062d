/** Data sheets in a run that the box has to make, as jobs: of its own files, and where the viewer and the files by range gave no rows. */
import type { SheetAsk } from '../data/box-sheet';
import { sha256 } from '../hash';
import type { Bench } from './bench';
import { pretty } from './files';
import { jobAnswer } from './job-answer';
import type { Preparation } from './preparation';

const capSeconds = 2 * 3600;

/** With `allowed` the box looks at its own files, and at nothing that lies or leads outside of these folders. */
export function askOfJobs(bench: Bench, preparation: Preparation, allowed?: readonly string[]): SheetAsk {
  return async (question) => {
    const files = { 'sheet.json': pretty({ ...question, ...(allowed === undefined ? {} : { allowed }) }) };
    // Files of the box may have changed since the same was asked before.
    const again = allowed === undefined ? '' : `-${bench.journal.view.jobs.length}`;
    const id = bench.jobs.attempt(`${bench.runId}-sheet-${sha256(files['sheet.json']).slice(0, 10)}${again}`);
    const order = {
      ...{ id, kind: 'sheet' as const, files, capSeconds },
      steps: [['{python}', '-m', 'ml_intern_box.sheet', 'sheet.json']],
      environment: await preparation.environment('train'),
    };
    const next = "Read the job's stderr.log, or set the dataset aside.";
    return jobAnswer(bench, order, 'The box could not read the rows', next);
  };
}
