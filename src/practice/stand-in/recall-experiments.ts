/** What was tried: every script written, its job, its scores and how it was recorded. */
import { argument, callsTo, type Memory, type PastCall } from './memory';
import { number, record, records, text, type Facts } from './facts';

export interface Measure {
  value: number;
  low: number;
  high: number;
  n: number;
  invalidShare: number;
}

export interface Verdict {
  difference: number;
  low: number;
  high: number;
  verdict: string;
}

export interface Evaluation {
  score: Measure | null;
  toParent: Verdict | null;
  toBaseline: Verdict | null;
}

export interface Job {
  id: string;
  state: string;
  failure: { class: string; message: string } | null;
}

export interface Source {
  id: string;
  weight?: number;
  filters?: Facts[];
}

export interface Experiment {
  /** Null while its script is not approved, or when its answer left the conversation before it was used. */
  id: string | null;
  slug: string;
  parent: string | null;
  hypothesis: string;
  sources: Source[];
  /** What holds over all sources. */
  mixture: Facts | null;
  config: Record<string, number>;
  at: number;
  decision: 'approved' | 'rejected' | 'refused' | 'unknown';
  byPerson: boolean;
  reason: string;
  job: Job | null;
  launchError: string | null;
  launchRejected: boolean;
  evaluation: Evaluation | null;
  outcome: string | null;
}

const goodEnds = ['finished'];
const badEnds = ['failed', 'stopped', 'rebooted'];

export function experiments(memory: Memory): Experiment[] {
  const taken = new Set<string>();
  return callsTo(memory, 'write_script').flatMap((call) => {
    if (call.answer === null) return [];
    const id = text(call.answer.facts.experiment) ?? (call.answer.readable ? null : laterName(memory, call, taken));
    if (id !== null) taken.add(id);
    return [readExperiment(memory, call, id)];
  });
}

/** Experiments that were tried once more with another seed: as the first, but for what is their own. */
export function repeats(memory: Memory): Experiment[] {
  const ideas = experiments(memory);
  return callsTo(memory, 'repeat_experiment').flatMap((call) => {
    const first = ideas.find(({ id }) => id === argument(call, 'experiment'));
    const id = text(call.answer?.facts.experiment);
    if (!first || id === null) return [];
    const { slug, parent, hypothesis, sources, config } = first;
    return [{ ...readExperiment(memory, call, id), slug, parent, hypothesis, sources, config }];
  });
}

/** The id that later calls used for a script whose own answer was cleared. */
function laterName(memory: Memory, script: PastCall, taken: ReadonlySet<string>): string | null {
  const slug = argument(script, 'slug') ?? '';
  const used = memory.calls.filter((call) => call.at > script.at).flatMap((call) => argument(call, 'experiment') ?? []);
  return used.find((id) => id.endsWith(`-${slug}`) && !taken.has(id)) ?? null;
}

function readExperiment(memory: Memory, call: PastCall, id: string | null): Experiment {
  const answer = call.answer;
  const decided = text(answer?.facts.decision);
  const decision = answer?.error
    ? 'refused'
    : decided === 'rejected'
      ? 'rejected'
      : id !== null
        ? 'approved'
        : 'unknown';
  const usable = decision === 'approved' ? id : null;
  return {
    id: usable,
    slug: argument(call, 'slug') ?? '',
    parent: argument(call, 'parent'),
    hypothesis: argument(call, 'hypothesis') ?? '',
    sources: readSources(call.args.sources),
    mixture: record(call.args.mixture),
    config: numbersOf(record(call.args.config) ?? {}),
    at: call.at,
    decision,
    byPerson: answer?.facts.by !== 'policy',
    reason: answer?.error?.message ?? text(answer?.facts.reason) ?? '',
    ...launchOf(memory, usable),
    evaluation: usable === null ? null : evaluationOf(memory, usable),
    outcome: usable === null ? null : outcomeOf(memory, usable),
  };
}

function readSources(value: unknown): Source[] {
  return records(value).flatMap((source) => {
    const id = text(source.id);
    const weight = number(source.weight);
    const filters = records(source.filters);
    if (id === null) return [];
    return [{ id, ...(weight === null ? {} : { weight }), ...(filters.length === 0 ? {} : { filters }) }];
  });
}

function numbersOf(facts: Facts): Record<string, number> {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([key, value]) => (typeof value === 'number' ? [[key, value] as const] : [])),
  );
}

function launchOf(memory: Memory, id: string | null): Pick<Experiment, 'job' | 'launchError' | 'launchRejected'> {
  const none = { job: null, launchError: null, launchRejected: false };
  const launches =
    id === null ? [] : callsTo(memory, 'launch_job').filter((call) => argument(call, 'experiment') === id);
  for (const launch of launches.toReversed()) {
    const jobId =
      text(launch.answer?.facts.job) ?? (launch.answer?.readable === false ? nextWaitedFor(memory, launch) : null);
    if (jobId !== null) return { ...none, job: jobState(memory, jobId, launch) };
  }
  const last = launches.at(-1)?.answer;
  if (!last?.readable) return none;
  const launchRejected = last.facts.decision === 'rejected';
  return {
    job: null,
    launchError: last.error?.message ?? text(last.facts.reason) ?? 'no reason given',
    launchRejected,
  };
}

/** The job that was waited for after a launch whose own answer was cleared. */
function nextWaitedFor(memory: Memory, launch: PastCall): string | null {
  const wait = callsTo(memory, 'wait_for_job').find((call) => call.at > launch.at);
  return wait ? argument(wait, 'job') : null;
}

function jobState(memory: Memory, id: string, launched: PastCall): Job {
  const seen = [launched, ...callsTo(memory, 'wait_for_job').filter((call) => argument(call, 'job') === id)];
  const last = seen.filter((call) => text(call.answer?.facts.state) !== null).at(-1);
  const failure = record(last?.answer?.facts.failure);
  return {
    id,
    state: text(last?.answer?.facts.state) ?? 'queued',
    failure: failure ? { class: text(failure.class) ?? 'exit', message: text(failure.message) ?? '' } : null,
  };
}

export function ended(job: Job): 'well' | 'badly' | null {
  if (goodEnds.includes(job.state)) return 'well';
  return badEnds.includes(job.state) ? 'badly' : null;
}

export function evaluationOf(memory: Memory, id: string): Evaluation | null {
  const call = callsTo(memory, 'evaluate')
    .filter((past) => argument(past, 'experiment') === id && past.answer && !past.answer.error)
    .at(-1);
  if (!call?.answer) return null;
  const { facts } = call.answer;
  return {
    score: readScore(facts.score),
    toParent: readVerdict(facts.toParent),
    toBaseline: readVerdict(facts.toBaseline),
  };
}

function readScore(facts: unknown): Measure | null {
  const score = record(facts);
  const value = number(score?.value);
  if (!score || value === null) return null;
  return {
    value,
    low: number(score.low) ?? value,
    high: number(score.high) ?? value,
    n: number(score.n) ?? 0,
    invalidShare: number(score.invalidShare) ?? 0,
  };
}

function readVerdict(facts: unknown): Verdict | null {
  const comparison = record(facts);
  if (!comparison) return null;
  return {
    difference: number(comparison.difference) ?? 0,
    low: number(comparison.low) ?? 0,
    high: number(comparison.high) ?? 0,
    verdict: text(comparison.verdict) ?? 'no evidence',
  };
}

function outcomeOf(memory: Memory, id: string): string | null {
  const call = callsTo(memory, 'record_experiment').findLast(
    (past) => argument(past, 'experiment') === id && !past.answer?.error,
  );
  return call ? argument(call, 'outcome') : null;
}

/** Scores come first from evaluations, and, when those left the conversation, from the note that was recorded. */
export function scoreOf(memory: Memory, experiment: Experiment): Measure | null {
  if (experiment.evaluation?.score) return experiment.evaluation.score;
  const call = callsTo(memory, 'record_experiment').findLast((past) => argument(past, 'experiment') === experiment.id);
  const match = /score (\d\.\d+) \[(\d\.\d+), (\d\.\d+)\]/.exec(call ? (argument(call, 'note') ?? '') : '');
  if (!match) return null;
  const [value, low, high] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return { value, low, high, n: 0, invalidShare: 0 };
}

/** By the lower end of the interval; one that beat what it was compared with goes before one that did not. */
export function bestExperiment(memory: Memory): Experiment | null {
  const scored = experiments(memory).flatMap((experiment) => {
    const score = experiment.id === null || experiment.outcome === 'failed' ? null : scoreOf(memory, experiment);
    return score ? [{ experiment, score, shown: experiment.outcome === 'promising' ? 1 : 0 }] : [];
  });
  scored.sort((a, b) => b.shown - a.shown || b.score.low - a.score.low || b.score.value - a.score.value);
  return scored[0]?.experiment ?? null;
}
