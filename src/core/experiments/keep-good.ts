/** A model whose score is better than that of the last good one is examined at once, and held on the box where it is fit. */
import { MlInternError } from '../errors';
import { wouldBeLastGood } from '../run/last-good';
import type { Bench } from './bench';
import { examine, type Examined } from './examination';
import type { Preparation } from './preparation';

export type KeepGood = (experiment: string) => Promise<Examined | undefined>;

/** One after the other, because what the first one comes to decides whether the next one is better. */
export function goodKeeper(bench: Bench, preparation: Preparation): KeepGood {
  let last: Promise<unknown> = Promise.resolve();
  return (id) => {
    const next = last.then(() => keepGood(bench, preparation, id));
    last = next.catch(() => undefined);
    return next;
  };
}

/** What the doctor said of it, if it was asked. That the doctor could not look costs no score: it is told, and the promotion asks again. */
async function keepGood(bench: Bench, preparation: Preparation, id: string): Promise<Examined | undefined> {
  const { journal } = bench;
  const experiment = journal.view.experiments.find((one) => one.id === id);
  if (!experiment || experiment.doctor) return experiment?.doctor;
  if (!wouldBeLastGood(journal.view, id)) return undefined;
  try {
    return await examine(bench, preparation, experiment);
  } catch (thrown) {
    if (!MlInternError.is(thrown, 'job-failed')) throw thrown;
    const { reason, message } = thrown;
    const next = 'The run goes on: the model is examined again before it is promoted.';
    await journal.record('problem.raised', { reason, message, next });
    return undefined;
  }
}
