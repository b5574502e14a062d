/** How long to wait for a model, first for any answer and then between its pieces. */
import type { Clock } from '../../core/ports/common';

export interface Patience {
  /** Models may think for a while before the first token. */
  firstByteMs: number;
  /** Silence within an answer. */
  stallMs: number;
}

export const usualPatience: Patience = { firstByteMs: 120_000, stallMs: 60_000 };

/** The promise's outcome, or `onTimeout`'s error when it takes too long. */
export async function within<T>(
  clock: Clock,
  milliseconds: number,
  promise: Promise<T>,
  onTimeout: () => Error,
): Promise<T> {
  const settled = new AbortController();
  const timeout = clock.sleep(milliseconds, settled.signal).then(() => {
    throw onTimeout();
  });
  // Its rejection after the promise has settled, by the abort below, is nobody's concern.
  timeout.catch(() => undefined);
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    settled.abort();
  }
}
