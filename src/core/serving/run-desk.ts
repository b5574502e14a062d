/** Serving within a run: its log remembers the jobs, and the server's GPU hours count towards its budget. */
import { unlessAborted } from '../box/abort';
import { MlInternError } from '../errors';
import { jobRequest, type Bench } from '../experiments/bench';
import { jobAnswer } from '../experiments/job-answer';
import type { Preparation } from '../experiments/preparation';
import { finalStates } from '../ports/box';
import type { Clock } from '../ports/common';
import { remaining, spendAt } from '../run/budget';
import type { ServeDesk } from './model-server';

const longestSeconds = 24 * 3600;
/** Less would be over before the model is loaded. */
const leastSeconds = 120;
const endMs = 60_000;

export function runDesk(bench: Bench, preparation: Preparation, clock: Clock): ServeDesk {
  const { jobs, journal, runId } = bench;
  const isOpen = (id: string) => {
    const job = jobs.view(id);
    return job !== undefined && !finalStates.has(job.state);
  };
  const end = async (id: string) => {
    if (!isOpen(id)) return;
    await jobs.stop(id);
    // What it cost is known with its end; a run that is being stopped does not wait for that.
    await jobs.wait(id, AbortSignal.timeout(endMs)).catch(() => undefined);
  };
  return {
    environment: (signal) => unlessAborted(preparation.environment('serve'), signal),
    result: (order, signal) =>
      unlessAborted(jobAnswer(bench, order, 'The model could not be fetched', 'Check its name and access.'), signal),
    submit: async (order, secrets, signal) => {
      // Nobody knows the key of a server that an earlier process left.
      for (const { id } of journal.view.jobs.filter(({ kind }) => kind === 'serve')) await end(id);
      signal.throwIfAborted();
      const place = { experiment: null, folder: `jobs/${order.id}` };
      await jobs.submit({ ...(await jobRequest(bench, order)), secrets }, place);
    },
    end,
    newId: (what) => {
      const begin = `${runId}-teacher-${what}-`;
      return `${begin}${journal.view.jobs.filter(({ id }) => id.startsWith(begin)).length + 1}`;
    },
    capSeconds: (gpus) => {
      const { wallSeconds, gpuSeconds } = remaining(journal.config.budget, spendAt(journal.view, clock.now()));
      const left = Math.min(wallSeconds, gpuSeconds / gpus, longestSeconds);
      if (left >= leastSeconds) return Math.floor(left);
      throw new MlInternError(
        'budget-spent',
        'The run has too little time or too few GPU hours left to serve a model.',
        {
          next: 'Finish with what there is, or raise the budget.',
        },
      );
    },
  };
}
