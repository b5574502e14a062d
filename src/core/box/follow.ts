/** Follows a job across lost connections: what was delivered is never delivered again, and nothing is left out. */
import { MlInternError, toMlInternError } from '../errors';
import { finalStates, type JobFile, type JobUpdate } from '../ports/box';
import type { Clock } from '../ports/common';
import { unlessAborted } from './abort';
import type { Frame } from './frames';
import { Silence } from './silence';

const firstDelayMs = 500;
const longestDelayMs = 30_000;
/** The box speaks at least every 5 s; silence far beyond that is a dead connection that nobody noticed. */
const silenceMs = 60_000;
/** How often the follower on the box may die, without a byte of the job's in between, before that is an error. */
const mostDeaths = 5;

type Offsets = Partial<Record<JobFile, number>>;

export interface FollowSource {
  /** Runs the follower on the box from these offsets. Whatever arrives is a sign of life, even when no whole frame came with it. */
  open(from: Offsets, signal: AbortSignal): Promise<AsyncIterable<Iterable<Frame>>>;
  clock: Clock;
}

export async function* followJob(source: FollowSource, from: Offsets, signal?: AbortSignal): AsyncGenerator<JobUpdate> {
  const offsets: Offsets = { ...from };
  let delay = firstDelayMs;
  let deaths = 0;
  let lost = false;
  for (;;) {
    let problem: MlInternError;
    try {
      for await (const update of attempt(source, offsets, signal)) {
        if (lost) yield { type: 'contact', state: 'regained', message: 'Contact with the box is back.' };
        lost = false;
        // A follower that says a word and dies, time after time, gets us nowhere.
        if (update.type === 'data') deaths = 0;
        delay = firstDelayMs;
        yield update;
        if (update.type === 'status' && finalStates.has(update.status.state)) return;
      }
      problem = diedEarly();
    } catch (error) {
      problem = toMlInternError(error);
    }
    signal?.throwIfAborted();
    if (!isContact(problem) && (problem.reason !== 'box-command' || ++deaths > mostDeaths)) throw problem;
    if (!lost) yield { type: 'contact', state: 'lost', message: problem.message };
    lost = true;
    await source.clock.sleep(delay, signal);
    delay = Math.min(delay * 2, longestDelayMs);
  }
}

/** One connection's worth of updates. */
async function* attempt(source: FollowSource, offsets: Offsets, signal?: AbortSignal): AsyncGenerator<JobUpdate> {
  const ending = new AbortController();
  const both = signal ? AbortSignal.any([signal, ending.signal]) : ending.signal;
  const silence = new Silence(source.clock, silenceMs);
  void silence.lasting(both).then(
    () => ending.abort(silent()),
    () => undefined,
  );
  const arrivals = (await source.open({ ...offsets }, both))[Symbol.asyncIterator]();
  try {
    for (;;) {
      silence.broken();
      const next = await unlessAborted(arrivals.next(), both);
      if (next.done) return;
      for (const frame of next.value) {
        const update = undelivered(frame, offsets);
        if (update) yield update;
      }
    }
  } finally {
    ending.abort();
    // A stream that rests between two arrivals does not notice the signal: unless it is told to end, its channel stays taken for good.
    await arrivals.return?.().catch(() => undefined);
  }
}

/** The update in a frame, cut to what was not delivered yet; undefined for repetitions. */
function undelivered(frame: Frame, offsets: Offsets): JobUpdate | undefined {
  if (frame.type === 'status') return frame;
  const have = offsets[frame.file] ?? 0;
  const end = frame.type === 'gap' ? frame.next : frame.offset + frame.bytes.length;
  if (frame.offset > have) throw diedEarly();
  if (end <= have) return undefined;
  offsets[frame.file] = end;
  return frame.type === 'gap'
    ? { ...frame, offset: have }
    : { ...frame, offset: have, bytes: frame.bytes.subarray(have - frame.offset) };
}

/** The job goes on without us, so we try for as long as the person lets us. */
function isContact(problem: MlInternError): boolean {
  return ['box-lost-contact', 'box-unreachable', 'timeout'].includes(problem.reason);
}

function silent(): MlInternError {
  return new MlInternError('box-lost-contact', 'The box has been silent for a minute.', {
    next: 'Nothing needs to be done: the job goes on, and ML Intern connects again by itself.',
  });
}

function diedEarly(): MlInternError {
  return new MlInternError('box-command', 'Following the job on the box ended before the job did.', {
    next: 'Check the memory and the disk of the box, then resume the run.',
  });
}
