/** Tries an experiment's script on the box before it is launched: it must not crash, fit the memory, and say how long it takes. */
import { MlInternError } from '../errors';
import type { FailureClass } from '../ports/box';
import type { Forecast, Rung } from '../run/training';
import { refusePruned } from '../run/tree-asks';
import type { ExperimentView, JobView } from '../run/view';
import { jobRequest, type Bench, type WorkOrder } from './bench';
import { doesNotFit, judge, measuredSchema, type Measured } from './forecast';
import type { LaunchPlan } from './launch-plan';
import { isOutOfMemory, ladderOf } from './oom-ladder';
import type { Stage } from './pilot';
import { approvedContent, trainingOrder } from './training';

/** A trial starts the script twice and trains for a minute: for a training that is ended this early it costs more than it saves. */
const shortestCapSeconds = 600;
const trialCapSeconds = 1200;

export interface Trial {
  measured: Measured | null;
  job: string | null;
  /** Why nothing was measured. */
  note: string | null;
  /** What to train with, and what to train with after that should memory run out. */
  ladder: Rung[];
}

export interface TrialOf {
  environment: string;
  plan: LaunchPlan;
  capSeconds: number;
}

/** All that a trial may run on the box, so that it can be asked for before any of it does. */
export interface PlannedTrial {
  ladder: Rung[];
  /** One for each rung; the next runs only where memory ran out with the one before. Its id is what a try's id begins with. */
  orders: WorkOrder[];
  /** Why there are none. */
  note: string | null;
}

export async function planTrial(bench: Bench, of: ExperimentView, launch: TrialOf): Promise<PlannedTrial> {
  const { script, config } = await approvedContent(bench, of);
  const ladder = ladderOf(config, script, launch.plan.gpus);
  const note = whyNot(script, launch.capSeconds);
  if (note !== null) return { ladder, orders: [], note };
  const { environment, plan } = launch;
  const orders = ladder.map(async (rung, at) => {
    const id = `${bench.runId}-${of.id}-trial-${plan.gpus}-${at}`;
    const training = { id, environment, capSeconds: trialCapSeconds, plan, config: rung.config };
    return trialOrder(await trainingOrder(bench, of, training), plan);
  });
  return { ladder, orders: await Promise.all(orders), note };
}

/** Runs what was planned and approved. */
export async function tryOut(
  bench: Bench,
  of: ExperimentView,
  { ladder, orders, note }: PlannedTrial,
  signal: AbortSignal,
): Promise<Trial> {
  for (const [at, order] of orders.entries()) {
    const job = await runTrial(bench, of, order, signal);
    refusePruned(bench.journal.view, of.id);
    const failure = job.failure?.class;
    if (!isOutOfMemory(failure)) return { ...(await outcome(bench, job)), job: job.id, ladder: ladder.slice(at) };
    const next = ladder[at + 1];
    if (!next) throw tooLarge(of.id);
    const isNew = () => !experimentNow(bench, of)?.oomSteps?.some(({ failed }) => failed === job.id);
    await bench.journal.recordIf(isNew, 'oom.step', { experiment: of.id, failed: job.id, failure, ...next });
  }
  return { measured: null, job: null, note, ladder };
}

/** The forecast for a launch with this cap; recorded, and an error where it does not fit. */
export async function forecastOf(
  bench: Bench,
  of: ExperimentView,
  trial: Trial,
  { plan, capSeconds, stage }: Pick<TrialOf, 'plan' | 'capSeconds'> & { stage: Stage | null },
): Promise<Forecast | undefined> {
  if (trial.measured === null || trial.job === null) return undefined;
  const forecast = judge(trial.measured, {
    config: trial.ladder[0]?.config ?? of.config,
    gpus: plan.gpus,
    deadlineSeconds: capSeconds,
    memoryMiB: await memoryOf(bench, trial.measured),
  });
  await bench.journal.record('experiment.forecast', { experiment: of.id, job: trial.job, forecast });
  if (!forecast.fits) throw doesNotFit(forecast, of.id, stage?.name === 'pilot' ? stage.why : undefined);
  return forecast;
}

/** How many steps it has says nothing: a step may take a second or ten minutes. */
function whyNot(script: string, capSeconds: number): string | null {
  if (!script.includes('ReportCallback')) return 'The script has no ReportCallback, so a trial could not measure it.';
  return capSeconds <= shortestCapSeconds ? 'It is short: a trial would cost more than it saves.' : null;
}

async function runTrial(bench: Bench, of: ExperimentView, order: WorkOrder, signal: AbortSignal): Promise<JobView> {
  const id = oomTrial(bench, of, order.id) ?? bench.jobs.attempt(order.id);
  // Not among the experiment's jobs: it trained nothing that could be evaluated.
  const place = { experiment: null, trialOf: of.id, folder: `${of.folder}/trial` };
  const request = await jobRequest(bench, { ...order, id });
  refusePruned(bench.journal.view, of.id);
  await bench.jobs.submit(request, place);
  return bench.jobs.wait(id, signal);
}

/** The trial that is already known to run out of memory with this rung. */
function oomTrial(bench: Bench, of: ExperimentView, base: string): string | undefined {
  return experimentNow(bench, of)?.oomSteps?.find(({ failed }) => failed.startsWith(`${base}-t`))?.failed;
}

/** The steps of the training itself, the last of them tried instead of run. */
export function trialOrder(order: WorkOrder, { gpus }: Pick<LaunchPlan, 'gpus'>): WorkOrder {
  const train = order.steps.at(-1) ?? [];
  const trial = ['{python}', '-m', 'ml_intern_box.trial', '--gpus', String(gpus), '--', ...train];
  return { ...order, steps: [...order.steps.slice(0, -1), trial] };
}

async function outcome(bench: Bench, job: JobView): Promise<Pick<Trial, 'measured' | 'note'>> {
  const answer = await bench.jobs.result(job.id, 'artifacts/forecast.json').catch(() => undefined);
  const measured = measuredSchema.safeParse(answer);
  if (job.state === 'finished' && measured.success) return { measured: measured.data, note: null };
  if (job.state === 'finished' || isInconclusive(job.failure?.class)) return unmeasured(job);
  const failed = (await bench.jobs.result(job.id).catch(() => undefined)) as
    { error?: { reason?: string } } | undefined;
  if (failed?.error?.reason === 'not-measured') return unmeasured(job);
  const why = job.failure ? `${job.failure.class}: ${job.failure.message}` : `it ended as ${job.state}`;
  throw new MlInternError('job-failed', `The trial ${job.id} of the script failed (${why}).`, {
    next: `Read its stderr.log with read_log, mend the script and write it again as a new experiment.`,
  });
}

/** It says nothing against the script. */
function isInconclusive(failure: FailureClass | undefined): boolean {
  return failure === 'timeout' || failure === 'budget' || failure === 'killed' || failure === 'lost';
}

function unmeasured(job: JobView): Pick<Trial, 'measured' | 'note'> {
  return { measured: null, note: `The trial ${job.id} measured nothing, so how long the training takes is not known.` };
}

/** Of the smallest GPU, as all get the same; or of the machine. */
async function memoryOf(bench: Bench, measured: Measured): Promise<number | undefined> {
  const { gpus, memoryMiB } = await bench.card();
  if (measured.memoryOf === 'host') return memoryMiB;
  return gpus.length === 0 ? undefined : Math.min(...gpus.map((gpu) => gpu.memoryMiB));
}

function experimentNow(bench: Bench, { id }: ExperimentView): ExperimentView | undefined {
  return bench.journal.view.experiments.find((known) => known.id === id);
}

function tooLarge(experiment: string): MlInternError {
  return new MlInternError('job-failed', `Experiment ${experiment} does not fit the memory, whatever its batch size.`, {
    next: 'Write a new experiment with a smaller max_length (which trains on shorter rows: a person decides), adapters (LoRA) or a smaller model.',
  });
}
