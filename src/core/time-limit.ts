/** Work that waits for others, ended when its time is up: the error says who did not answer. */
import { unlessAborted } from './box/abort';
import { MlInternError } from './errors';

export interface TimeLimit {
  ms: number;
  /** Who is asked, at the beginning of a sentence. */
  of: string;
}

/** The signal that `work` gets also ends it when the caller stops; then the caller's reason is thrown. */
export async function withinLimit<T>(
  { ms, of }: TimeLimit,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const end = AbortSignal.timeout(ms);
  const until = AbortSignal.any([signal, end]);
  try {
    return await unlessAborted(work(until), until);
  } catch (error) {
    if (signal.aborted || !end.aborted) throw error;
    throw new MlInternError('timeout', `${of} did not answer within ${Math.ceil(ms / 1000)} s.`, {
      next: 'Go on with what is known without it, ask for less, or try again in some minutes.',
      cause: error,
    });
  }
}
