/** The course of a run: prepare, let the agent work, promote, report. Every step may be repeated after a crash. */
import type { AgentEnding } from '../agent/limits';
import { enterPhase } from '../agent/toolbox';
import { MlInternError, onlyPersonCanMend, toMlInternError } from '../errors';
import type { Evaluations } from '../experiments/evaluations';
import type { Preparation } from '../experiments/preparation';
import type { Box } from '../ports/box';
import type { Clock, Logger } from '../ports/common';
import { remaining, spendAt, spentCap } from './budget';
import type { RunEvent, RunEnding } from './events';
import type { Jobs } from './jobs';
import type { Journal } from './journal';
import { promote, type Examine } from './promotion';
import { stopPruned } from './tree-asks';

export interface DriverParts {
  journal: Journal;
  box: Box;
  jobs: Jobs;
  preparation: Preparation;
  evaluations: Evaluations;
  /** Whether a model is fit to be promoted. */
  examine: Examine;
  /** Makes the scores that a reader compares with; each may take so long. */
  scoreReferences(capSeconds: number): Promise<void>;
  clock: Clock;
  logger: Logger;
  /** Runs the agent until it ends; `signal` also aborts when the wall-clock budget is spent. */
  driveAgent(signal: AbortSignal, refresh: () => Promise<void>): Promise<AgentEnding>;
  /** Text of `ml-intern/program.md`, undefined when there is none. */
  readProgram(): Promise<string | undefined>;
  writeReport(): Promise<string>;
}

/** Reason to abort with when the program goes away but the run should simply be taken up again: nothing is recorded, as after a crash. */
export const leaving = new MlInternError('cancelled', 'The program that drove the run ended.', {
  next: 'Resume the run to go on.',
});

/** Never throws: what goes wrong is recorded, and the run can be resumed. */
export async function driveRun(
  parts: DriverParts,
  started: { by: 'cli' | 'editor'; process: number },
  signal: AbortSignal,
): Promise<void> {
  try {
    await parts.journal.record('run.started', started);
    await course(parts, signal);
  } catch (error) {
    await stopRun(parts, error, signal);
  }
}

async function course(parts: DriverParts, signal: AbortSignal): Promise<void> {
  const { journal, preparation, evaluations } = parts;
  const card = await parts.box.check(signal);
  await journal.record('box.contact', {
    state: 'connected',
    message: `${card.name}: ${card.os}, ${card.cpus} CPUs, ${card.gpus.length} GPUs`,
  });
  await sayGoal(parts);
  await parts.jobs.attachAll();
  await stopPruned(journal, parts.jobs);
  const agent = await withinBudget(parts, preparation.start(), signal);
  await enterPhase(journal, 'promotion');
  await promote(journal, evaluations, parts.examine);
  await scoreReferences(parts, signal);
  await enterPhase(journal, 'report');
  await journal.record('report.written', { file: await parts.writeReport() });
  await journal.record('run.finished', {
    ending: endingOf(journal, agent),
    summary: journal.view.finish?.summary ?? summaryOf(agent),
  });
  await parts.writeReport();
}

/** At the end, so that no experiment waits for them, and only within the budget. What goes wrong with them is told; they decide nothing. */
async function scoreReferences({ journal, clock, ...parts }: DriverParts, signal: AbortSignal): Promise<void> {
  const { budget } = journal.config;
  const spend = spendAt(journal.view, clock.now());
  if (spentCap(budget, spend) !== undefined) return;
  const left = remaining(budget, spend);
  try {
    await parts.scoreReferences(Math.min(longestReference, left.wallSeconds, left.gpuSeconds));
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    const { reason, message } = toMlInternError(thrown);
    const next = 'The run goes on: this score was only to be compared with.';
    await journal.record('problem.raised', { reason, message, next });
  }
}

const longestReference = 3600;

async function sayGoal(parts: DriverParts): Promise<void> {
  const { journal } = parts;
  if (!lastSaid(journal, 'goal')) await journal.record('person.said', { source: 'goal', text: journal.config.goal });
  await readProgram(parts);
}

/** The person's standing instructions are said again whenever they changed. */
async function readProgram({ journal, readProgram: read }: DriverParts): Promise<void> {
  const text = (await read())?.trim();
  if (text && text !== lastSaid(journal, 'program.md'))
    await journal.record('person.said', { source: 'program.md', text });
}

function lastSaid(journal: Journal, source: 'goal' | 'program.md'): string | undefined {
  const said = (journal.events as readonly RunEvent[]).findLast(
    (event) => event.type === 'person.said' && event.data.source === source,
  );
  return said?.type === 'person.said' ? said.data.text : undefined;
}

/** The agent's part, ended early when the time is spent or when what it will need can only be mended by a person. */
async function withinBudget(parts: DriverParts, prepared: Promise<void>, signal: AbortSignal): Promise<AgentEnding> {
  const { journal } = parts;
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  // Rejects when the agent is done first.
  wallClockSpent(parts, either).then(
    () => over.abort(),
    () => undefined,
  );
  prepared.catch((error: unknown) => {
    // Anything else goes to the one who needs what could not be made, and tries again.
    if (onlyPersonCanMend(error)) over.abort(error);
  });
  try {
    return await parts.driveAgent(either, () => readProgram(parts));
  } catch (error) {
    if (!over.signal.aborted || signal.aborted) throw error;
    if (onlyPersonCanMend(over.signal.reason)) throw over.signal.reason;
    return { ending: 'budget-spent', cap: `the wall-clock budget of ${journal.config.budget.wallHours} h` };
  } finally {
    over.abort();
  }
}

async function wallClockSpent({ journal, clock }: DriverParts, signal: AbortSignal): Promise<void> {
  for (;;) {
    const left = remaining(journal.config.budget, spendAt(journal.view, clock.now())).wallSeconds;
    if (left <= 0) return;
    await clock.sleep(Math.min(left, 60) * 1000, signal);
  }
}

function endingOf({ view, config }: Journal, agent: AgentEnding): RunEnding {
  const reached =
    config.target !== undefined && view.promotion?.verdict === 'better' && view.promotion.best.value >= config.target;
  return reached ? 'goal-met' : agent.ending;
}

function summaryOf(agent: AgentEnding): string {
  return agent.ending === 'budget-spent'
    ? `The run ended because ${agent.cap} is spent.`
    : 'The agent stopped without a summary.';
}

/** Records why a run stopped. Never throws: where even that cannot be written it is at least told. */
export async function stopRun(
  { journal, logger }: Pick<DriverParts, 'journal' | 'logger'>,
  thrown: unknown,
  signal: AbortSignal,
): Promise<void> {
  if (signal.reason === leaving) return;
  const error = toMlInternError(thrown);
  try {
    if (error.reason === 'disk-full') await journal.makeRoom();
    await recordStop(journal, error, signal.aborted);
  } catch (failure) {
    logger.error(`${error.message} ${error.next}`, failure);
  }
}

async function recordStop(journal: Journal, error: MlInternError, asked: boolean): Promise<void> {
  if (asked) {
    await journal.record('run.stopped', {
      by: 'person',
      message: 'Stopped on request. Jobs that had started go on on the box.',
    });
    return;
  }
  await journal.record('problem.raised', { reason: error.reason, message: error.message, next: error.next });
  await journal.record('run.stopped', { by: 'error', message: error.message });
}
