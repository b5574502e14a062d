/** The log of one job as the Box port wants it: followed with the Hub's word on the container, or read up to where it is now. */
import { unlessAborted } from '../../core/box/abort';
import type { Frame } from '../../core/box/frames';
import { MlInternError } from '../../core/errors';
import type { JobFile, JobStatus } from '../../core/ports/box';
import type { Clock } from '../../core/ports/common';
import { JobLines, withGaps, type ArtifactLine } from './job-lines';
import type { JobsApi } from './jobs-api';
import { isOver, type HubJob } from './shapes';

/** How often the Hub is asked about the container while its log is silent. */
const lookMs = 10_000;
/** A log replays at once; silence of this length means that this was all for now. */
const replayMs = 3_000;
/** How many times that long the first line may take. */
const mostSilences = 5;
/** Looks without a new line after which the log of a container that has ended counts as read. */
const looksAfterEnd = 2;

const silent: unique symbol = Symbol('silent');

/** A job by both its names. */
export interface NamedJob {
  hub: string;
  id: string;
}

export interface LogSource {
  api: JobsApi;
  clock: Clock;
  /** The Hub's word and the container's, put together. */
  statusOf(job: HubJob, told: JobStatus | undefined): Promise<JobStatus>;
}

/** One connection to the log. Ends with a final status, or with `box-lost-contact` when the log ended before the job. */
export async function* followLog(
  source: LogSource,
  named: NamedJob,
  from: Partial<Record<JobFile, number>>,
  signal: AbortSignal,
): AsyncGenerator<Iterable<Frame>> {
  const { api, clock } = source;
  const places = { ...from };
  let told: JobStatus | undefined;
  let looks = 0;
  for await (const chunk of withSilences(
    await api.logs(named.hub, undefined, signal),
    named.id,
    clock,
    lookMs,
    signal,
  )) {
    if (chunk === silent) {
      const job = await api.job(named.hub, signal);
      if (isOver(job) && ++looks >= looksAfterEnd) break;
      // While it waits for a machine there is nothing in the log, and the Hub's answer is the only sign of life.
      if (job.status.stage === 'SCHEDULING') yield [{ type: 'status', status: await source.statusOf(job, undefined) }];
      continue;
    }
    looks = 0;
    const frames: Frame[] = [];
    for (const frame of withGaps(chunk, places)) {
      if (frame.type === 'status') told = frame.status;
      frames.push(
        frame.type === 'status' ? { ...frame, status: await priced(source, named.hub, frame.status, signal) } : frame,
      );
    }
    yield frames;
  }
  const job = await api.job(named.hub, signal);
  if (!isOver(job)) throw interrupted();
  yield [{ type: 'status', status: await source.statusOf(job, told) }];
}

/** What the log holds now, until `take` says that it has seen enough. */
export async function readLog(
  source: LogSource,
  named: NamedJob,
  tail: number | undefined,
  take: (item: Frame | ArtifactLine) => boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  const ending = new AbortController();
  const both = signal ? AbortSignal.any([signal, ending.signal]) : ending.signal;
  try {
    const log = await source.api.logs(named.hub, tail, both);
    let silences = 0;
    for await (const items of withSilences(log, named.id, source.clock, replayMs, both)) {
      if (items === silent && ++silences >= mostSilences) return;
      if (items === silent) continue;
      silences = mostSilences;
      for (const item of items) if (!take(item)) return;
    }
  } finally {
    ending.abort();
  }
}

/** What is paid for is the whole flavor; the supervisor inside knows only what the job uses. */
function priced(source: LogSource, id: string, status: JobStatus, signal: AbortSignal): Promise<JobStatus> {
  signal.throwIfAborted();
  const running = { id, status: { stage: 'RUNNING' } };
  return source.statusOf(running, status);
}

/** The items of each chunk; `silent` whenever nothing came for so long. */
async function* withSilences(
  chunks: AsyncIterable<Uint8Array>,
  job: string,
  clock: Clock,
  milliseconds: number,
  signal: AbortSignal,
): AsyncGenerator<Iterable<Frame | ArtifactLine> | typeof silent> {
  const reader = new JobLines(job);
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    let coming = arrival(iterator);
    for (;;) {
      const heard = new AbortController();
      const quiet = clock
        .sleep(milliseconds, AbortSignal.any([signal, heard.signal]))
        .then<typeof silent, IteratorResult<Uint8Array>>(
          () => silent,
          () => coming,
        );
      const next = await unlessAborted(
        Promise.race<IteratorResult<Uint8Array> | typeof silent>([coming, quiet]),
        signal,
      ).finally(() => heard.abort());
      if (next === silent) {
        yield silent;
        continue;
      }
      if (next.done === true) return;
      yield reader.read(next.value);
      coming = arrival(iterator);
    }
  } finally {
    await iterator.return?.().catch(() => undefined);
  }
}

function arrival(iterator: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
  const next = iterator.next().catch((error: unknown) => {
    throw error instanceof Error && error.name === 'AbortError' ? error : interrupted(error);
  });
  // Whoever stops listening must not leave a rejection behind.
  next.catch(() => undefined);
  return next;
}

function interrupted(cause?: unknown): MlInternError {
  return new MlInternError('box-lost-contact', 'The log of the job on HF Jobs broke off.', {
    next: 'Nothing needs to be done: the job goes on, and ML Intern connects again by itself.',
    cause,
  });
}
