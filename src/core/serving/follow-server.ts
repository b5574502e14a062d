/** Follows the job that serves a model: when it is ready, what is told of it meanwhile, and why it ended. */
import { z } from 'zod';
import { JobTelling } from '../box/job-telling';
import { MlInternError } from '../errors';
import { parseJson } from '../json';
import type { Box, JobStatus } from '../ports/box';

export interface Followed {
  box: Box;
  /** The job. */
  id: string;
  model: string;
  onPort: (port: number) => void;
  say: (text: string) => void;
}

const portLine = z.object({ port: z.int().min(1).max(65_535) });
const explained = z.object({ error: z.object({ message: z.string(), next: z.string() }) });
const goOn = 'Give the same command again: it goes on from the answers that are there.';
const mends: Partial<Record<NonNullable<JobStatus['failure']>['class'], string>> = {
  'oom-gpu': 'Choose a smaller model, or a box whose GPUs have more memory.',
  'idle-gpu': goOn,
  timeout: goOn,
  budget: 'Raise the GPU hours of the budget, or ask for fewer rows.',
};

/** Resolves when the job is over or is lost sight of, with the reason. */
export async function followServer(followed: Followed, signal: AbortSignal): Promise<MlInternError> {
  try {
    return await toTheEnd(followed, signal);
  } catch (cause) {
    if (MlInternError.is(cause)) return cause;
    return new MlInternError('job-failed', `The server of ${followed.model} is not followed any more.`, {
      next: goOn,
      cause,
    });
  }
}

async function toTheEnd(followed: Followed, signal: AbortSignal): Promise<MlInternError> {
  const { box, id, onPort, say } = followed;
  const telling = new JobTelling();
  const said = new Lines();
  const errors = new Lines();
  for await (const update of box.follow(id, {}, signal)) {
    for (const { from, text } of telling.tell(update)) {
      if (from === 'stderr') errors.take(text);
      if (from === 'box') say(text);
      for (const line of from === 'stdout' ? said.take(text) : []) {
        const port = portLine.safeParse(parseJson(line));
        if (port.success) onPort(port.data.port);
        else say(line);
      }
    }
  }
  return ending(followed, telling.status, errors.kept);
}

async function ending(
  { box, id, model }: Followed,
  status: JobStatus | null,
  last: readonly string[],
): Promise<MlInternError> {
  const result = await box.read(id, 'artifacts/result.json').catch(() => undefined);
  const told = explained.safeParse(result && parseJson(new TextDecoder().decode(result)));
  const failure = status?.failure ?? null;
  const why = told.success ? told.data.error.message : (failure?.message ?? `it was ${status?.state ?? 'lost'}.`);
  const words = last.length === 0 ? '' : ` Its last words:\n${last.map((line) => `  ${line}`).join('\n')}`;
  return new MlInternError('job-failed', `The server of ${model} on ${box.name} ended: ${why}${words}`, {
    next:
      (told.success ? told.data.error.next : failure && mends[failure.class]) ??
      `Read all that it said: ml-intern box attach ${box.name} ${id}.`,
  });
}

const mostLines = 8;
const longestLine = 300;

/** Output that comes in pieces, as lines; the last ones are kept. */
class Lines {
  readonly kept: string[] = [];
  private rest = '';

  take(text: string): string[] {
    const lines = (this.rest + text).split(/\r?\n|\r/);
    this.rest = (lines.pop() ?? '').slice(-longestLine);
    const whole = lines.map((line) => line.slice(0, longestLine)).filter((line) => line.trim() !== '');
    this.kept.push(...whole);
    this.kept.splice(0, Math.max(0, this.kept.length - mostLines));
    return whole;
  }
}
