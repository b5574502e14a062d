/** The doctor as a job: whether an experiment's model loads, stops and descends from the run's base model. Asked once an experiment, and again only to hold it. */
import { doctorSchema, type DoctorResult } from '../doctor/doctor';
import { MlInternError } from '../errors';
import type { BenchmarkItem } from '../run/types';
import type { ExperimentView, JobView } from '../run/view';
import { jobRequest, type Bench, type WorkOrder } from './bench';
import { pretty } from './files';
import { jobError, type Preparation } from './preparation';
import { trainJobOf } from './training';

/** Of the dev items; each is answered once. */
const prompts = 4;
const capSeconds = 3600;

export type Examined = Pick<DoctorResult, 'ok' | 'checks'>;

export async function examine(bench: Bench, preparation: Preparation, experiment: ExperimentView): Promise<Examined> {
  const { jobs, journal, store, runFolder } = bench;
  const known = experiment.doctor;
  // One model a run is held: after another was examined, it takes a look to hold this one again.
  if (known && (!known.ok || journal.view.held === experiment.id)) return known;
  const job = await jobs.run(await jobRequest(bench, await orderFor(bench, preparation, experiment)), {
    experiment: experiment.id,
    folder: `${experiment.folder}/doctor`,
  });
  if (job.state !== 'finished')
    throw jobError(
      job,
      `The model of ${experiment.id} could not be examined`,
      "Read the job's stderr.log, then resume.",
    );
  const result = doctorSchema.parse(await jobs.result(job.id));
  const isNew = () => journal.view.experiments.some(({ id, doctor }) => id === experiment.id && doctor?.job !== job.id);
  const { ok, checks } = result;
  if (isNew()) await store.write(`${runFolder}/${experiment.folder}/doctor.json`, pretty(result));
  await journal.recordIf(isNew, 'doctor.checked', { experiment: experiment.id, job: job.id, ok, checks });
  return result;
}

async function orderFor(bench: Bench, preparation: Preparation, experiment: ExperimentView): Promise<WorkOrder> {
  const { path, weightsHash } = await preparation.baseModel();
  const { prompt, maxTokens } = bench.loaded.benchmark;
  const shown = bench.loaded.splits.dev.slice(0, prompts).map((item) => promptOf(prompt, item));
  const trained = trainingOf(bench, experiment);
  const order = {
    ...{
      model: `../../${trained.id}/artifacts/model`,
      baseModel: path,
      baseHash: weightsHash,
      hold: trained.id,
      run: bench.runId,
    },
    ...(shown.some((text) => text === prompt) ? {} : { prompts: shown, maxTokens }),
  };
  return {
    id: bench.jobs.attempt(
      experiment.doctor ? `${experiment.doctor.job}-again` : `${bench.runId}-doctor-${experiment.id}`,
    ),
    kind: 'model',
    steps: [['{python}', '-m', 'ml_intern_box.doctor', 'doctor.json']],
    files: { 'doctor.json': pretty(order) },
    environment: await preparation.environment('eval'),
    capSeconds,
    gpus: Math.min(1, (await bench.card()).gpus.length),
    secrets: [[]],
  };
}

/** As the evaluator asks. */
function promptOf(prompt: string, { question, choices = [] }: BenchmarkItem): string {
  const lettered = choices.map((choice, index) => `${String.fromCodePoint(65 + index)}. ${choice}`).join('\n');
  return prompt.replaceAll('{choices}', () => lettered).replaceAll('{question}', () => question);
}

function trainingOf(bench: Bench, experiment: ExperimentView): JobView {
  const job = trainJobOf(bench.journal.view, experiment);
  if (job?.state === 'finished') return job;
  throw new MlInternError('bad-input', `Experiment ${experiment.id} has no finished training job.`, {
    next: 'Launch it and wait for it to finish.',
  });
}
