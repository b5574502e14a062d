/** Goes down the approved ladder after memory ran out: the next rung, in what is left of the launch's time. */
import { finalStates } from '../ports/box';
import { refusePruned } from '../run/tree-asks';
import type { JobView } from '../run/view';
import { jobRequest, type Bench } from './bench';
import { jobsOfLaunch, launchOf, type LaunchOfJob } from './launches';
import { isOutOfMemory } from './oom-ladder';
import type { Preparation } from './preparation';
import { trainingOrder, trainingPlan } from './training';

/** With less time left another try would only end at its cap. */
const leastSeconds = 60;

/** Starts the job that follows, or answers null where none does. Asking again finds the same job. */
export async function retryAfterOom(bench: Bench, preparation: Preparation, job: JobView): Promise<JobView | null> {
  const { view } = bench.journal;
  const failure = job.failure?.class;
  const launch = launchOf(view, job.id);
  const experiment = view.experiments.find(({ id }) => id === job.experiment);
  if (!finalStates.has(job.state) || !isOutOfMemory(failure) || !launch || !experiment) return null;
  if (experiment.pruned) return null;
  const rung = launch.subject.ladder?.[launch.rung + 1];
  const capSeconds = secondsLeft(bench, launch);
  if (!rung || capSeconds < leastSeconds) return null;
  const isNew = () =>
    !bench.journal.view.experiments.some((of) => of.oomSteps?.some(({ failed }) => failed === job.id));
  await bench.journal.recordIf(isNew, 'oom.step', { experiment: experiment.id, failed: job.id, failure, ...rung });
  const { parameters } = await preparation.baseModel();
  const plan = await trainingPlan(bench, experiment, parameters, launch.subject.gpus);
  const id = `${launch.base}-r${launch.rung + 1}`;
  const environment = await preparation.environment('train');
  const order = await trainingOrder(bench, experiment, { id, environment, capSeconds, plan, config: rung.config });
  const request = await jobRequest(bench, order);
  refusePruned(bench.journal.view, experiment.id);
  await bench.jobs.submit(request, { experiment: experiment.id, folder: experiment.folder });
  return bench.jobs.view(id) ?? null;
}

function secondsLeft(bench: Bench, { subject, base }: LaunchOfJob): number {
  const used = jobsOfLaunch(bench.journal.view, base).reduce((sum, { wallSeconds }) => sum + wallSeconds, 0);
  return Math.floor(subject.capSeconds - used);
}
