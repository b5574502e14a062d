/** Repeats an act that can go on where it stopped, across lost connections, for as long as it gets anywhere. */
import { MlInternError } from '../errors';
import type { Clock } from '../ports/common';

/** Tries in a row that bring nothing. */
const mostInVain = 4;

export async function persevere<T>(
  clock: Clock,
  moved: () => number,
  act: () => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  for (let inVain = 0; ;) {
    const before = moved();
    try {
      return await act();
    } catch (error) {
      if (!MlInternError.is(error, 'box-lost-contact') || signal?.aborted === true) throw error;
      inVain = moved() > before ? 0 : inVain + 1;
      if (inVain >= mostInVain) throw error;
      await clock.sleep(500 * (inVain + 1), signal);
    }
  }
}
