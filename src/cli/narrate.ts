/** What changed between two views of a run, told in short lines. Pure: the same for a run driven here and one that is watched. */
import type { DatasetView, ExperimentView, JobView, RunView } from '../core/run/view';
import { finalStates } from '../core/ports/box';
import { answersText, differenceText, duration, plain, scoreText, shorten } from './format';
import { needsPerson } from './pending';

export function narrate(before: RunView | null, after: RunView): string[] {
  return [
    ...phaseLines(before, after),
    ...newOnes(before?.papers, after.papers).map(({ title }) => `  paper noted: ${plain(title)}`),
    ...datasetLines(before, after),
    ...proposalLines(before, after),
    ...jobLines(before, after),
    ...baselineLines(before, after),
    ...experimentLines(before, after),
    ...contactLines(before, after),
    ...after.problems
      .slice(before?.problems.length ?? 0)
      .map(({ message, next }) => `  problem: ${plain(message)} ${plain(next)}`),
    ...promotionLines(before, after),
  ];
}

function phaseLines(before: RunView | null, after: RunView): string[] {
  return after.phase === null || after.phase === before?.phase ? [] : [`Phase: ${after.phase}`];
}

function newOnes<T extends { id: string }>(before: readonly T[] | undefined, after: readonly T[]): T[] {
  const known = new Set(before?.map(({ id }) => id));
  return after.filter(({ id }) => !known.has(id));
}

/** Members whose `word` differs from what it was. */
function changed<T extends { id: string }>(
  before: readonly T[] | undefined,
  after: readonly T[],
  word: (one: T) => unknown,
): T[] {
  const known = new Map(before?.map((one) => [one.id, word(one)]));
  return after.filter((one) => known.get(one.id) !== word(one));
}

function datasetLines(before: RunView | null, after: RunView): string[] {
  return changed<DatasetView>(before?.datasets, after.datasets, ({ status }) => status).flatMap(
    ({ id, status, reason }) =>
      status === 'used' || status === 'refused' ? [`  dataset ${status}: ${id} (${shorten(plain(reason), 160)})`] : [],
  );
}

function proposalLines(before: RunView | null, after: RunView): string[] {
  const asked = before === null ? [] : needsPerson(before);
  return newOnes(asked, needsPerson(after)).map(
    ({ id, kind, title }) => `  waits for approval: ${kind} "${plain(title)}" (${id})`,
  );
}

function jobLines(before: RunView | null, after: RunView): string[] {
  const told = ({ state, note }: JobView) =>
    finalStates.has(state) || state === 'running' ? state : (note ?? 'under way');
  return changed<JobView>(before?.jobs, after.jobs, told).flatMap((job) => {
    const name = jobName(job);
    if (job.state === 'running') return [`  ${name}: running`];
    if (!finalStates.has(job.state))
      return job.note === null ? [] : [`  ${name}: ${job.state}, ${shorten(plain(job.note), 200)}`];
    const failure = job.failure === null ? '' : `: ${job.failure.class}, ${shorten(plain(job.failure.message), 200)}`;
    return [`  ${name}: ${job.state} after ${duration(job.wallSeconds)}${failure}`];
  });
}

export function jobName({ kind, experiment }: JobView): string {
  return experiment === null ? `job ${kind}` : `job ${kind} ${experiment}`;
}

function baselineLines(before: RunView | null, after: RunView): string[] {
  const { dev } = after.baseline;
  if (dev === null || before?.baseline.dev) return [];
  return [`  baseline: ${scoreText(dev)}, ${answersText(dev)}, n ${dev.n}`];
}

function experimentLines(before: RunView | null, after: RunView): string[] {
  const known = new Map(before?.experiments.map((one) => [one.id, one]));
  return after.experiments.flatMap((experiment) => {
    const earlier = known.get(experiment.id);
    return [
      ...(earlier === undefined
        ? [`  experiment ${experiment.id}: ${shorten(plain(experiment.hypothesis), 200)}`]
        : []),
      ...(experiment.dev !== null && !earlier?.dev ? [scoredLine(experiment)] : []),
      ...(experiment.outcome !== 'open' && experiment.outcome !== earlier?.outcome
        ? [`  experiment ${experiment.id}: ${experiment.outcome}`]
        : []),
    ];
  });
}

function scoredLine({ id, dev, comparison }: ExperimentView): string {
  const score = dev === null ? '' : `${scoreText(dev)}, ${answersText(dev)}`;
  const toParent =
    comparison === null ? '' : `; ${differenceText(comparison)} to ${comparison.against}: ${comparison.verdict}`;
  return `  experiment ${id}: ${score}${toParent}`;
}

function contactLines(before: RunView | null, after: RunView): string[] {
  if (after.contact === (before?.contact ?? 'connected')) return [];
  return [
    after.contact === 'lost'
      ? '  lost contact with the box; jobs there go on, trying again'
      : '  contact with the box regained',
  ];
}

function promotionLines(before: RunView | null, after: RunView): string[] {
  if (after.promotion === null || before?.promotion) return [];
  const { experiment, difference } = after.promotion;
  if (experiment === null) return ['  promoted: nothing'];
  return [`  promoted: ${experiment}${difference === null ? '' : ` (${differenceText(difference)} to the baseline)`}`];
}
