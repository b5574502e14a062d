/** Carrying one experiment through: launch, wait, evaluate, record. */
import { argument, callsTo, type Memory } from './memory';
import { capMinutes, waitMinutes } from './recommended';
import { ended, experiments, scoreOf, type Experiment, type Verdict } from './recall-experiments';
import { call, type Step } from './step';

export function* carryThrough(memory: Memory, experiment: Experiment): Generator<Step> {
  const { id, job } = experiment;
  if (id === null || experiment.outcome !== null) return;
  if (!job) {
    yield* launch(id, experiment);
    return;
  }
  const end = ended(job);
  if (end === null) {
    yield { text: `I wait for ${id}.`, calls: [call('wait_for_job', { job: job.id, minutes: waitMinutes })] };
    yield record(id, 'failed', `Its job ${job.id} could not be followed to its end.`);
    return;
  }
  if (end === 'badly') {
    yield* lookAtFailure(memory, id, job);
    return;
  }
  yield* judge(memory, id, experiment);
}

function* launch(id: string, experiment: Experiment): Generator<Step> {
  if (!experiment.launchRejected)
    yield { text: `I start ${id}.`, calls: [call('launch_job', { experiment: id, capMinutes })] };
  yield record(id, 'failed', `It was not started: ${experiment.launchError ?? 'the launch got no answer.'}`);
}

function* lookAtFailure(memory: Memory, id: string, job: NonNullable<Experiment['job']>): Generator<Step> {
  const read = callsTo(memory, 'read_log').some((past) => argument(past, 'job') === job.id);
  if (!read)
    yield {
      text: `${id} failed. What does its log say?`,
      calls: [call('read_log', { job: job.id, file: 'stderr.log' })],
    };
  const failure = job.failure ? `${job.failure.class}: ${job.failure.message}` : job.state;
  yield record(id, 'failed', `Its job ended as ${job.state} (${failure}).`);
}

function* judge(memory: Memory, id: string, experiment: Experiment): Generator<Step> {
  if (!experiment.evaluation) {
    yield { text: `${id} is trained. How does it do on the dev items?`, calls: [call('evaluate', { experiment: id })] };
    yield record(id, 'failed', 'It could not be evaluated.');
    return;
  }
  const reference = referenceOf(memory, experiment);
  const outcome = reference?.verdict === 'better' ? 'promising' : 'not promoted';
  yield record(id, outcome, noteOn(memory, experiment, reference));
}

/** What decides: its parent where it has one, else the baseline. */
function referenceOf(memory: Memory, experiment: Experiment): Verdict | null {
  const { evaluation } = experiment;
  if (experiment.parent === null) return evaluation?.toBaseline ?? evaluation?.toParent ?? null;
  return evaluation?.toParent ?? roughly(memory, experiment);
}

/** Without a paired comparison only an interval wholly above the parent's value counts. */
function roughly(memory: Memory, experiment: Experiment): Verdict | null {
  const parent = experiments(memory).find((candidate) => candidate.id === experiment.parent);
  const [own, other] = [scoreOf(memory, experiment), parent ? scoreOf(memory, parent) : null];
  if (!own || !other) return null;
  const verdict = own.low > other.value ? 'better' : own.high < other.value ? 'worse' : 'no evidence';
  return { difference: own.value - other.value, low: own.low - other.value, high: own.high - other.value, verdict };
}

function noteOn(memory: Memory, experiment: Experiment, reference: Verdict | null): string {
  const score = scoreOf(memory, experiment);
  const parts = [
    score
      ? `score ${score.value.toFixed(3)} [${score.low.toFixed(3)}, ${score.high.toFixed(3)}], invalid ${share(score.invalidShare)}`
      : 'no score',
  ];
  if (reference)
    parts.push(
      `against ${experiment.parent ?? 'the baseline'} ${signed(reference.difference)} [${signed(reference.low)}, ${signed(reference.high)}]: ${reference.verdict}`,
    );
  return `${parts.join('; ')}.`;
}

function record(id: string, outcome: string, note: string): Step {
  return { text: `${id}: ${outcome}. ${note}`, calls: [call('record_experiment', { experiment: id, outcome, note })] };
}

function share(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(3)}`;
}
