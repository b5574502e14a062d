/** A real clock whose short waits are short: back-off is exercised without waiting for it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../src/core/ports/common';

export function hurriedClock(longestMs = 50): Clock & { slept: number[] } {
  const slept: number[] = [];
  return {
    slept,
    now: () => Date.now(),
    async sleep(milliseconds, signal) {
      // A minute or more is a watchdog, not a back-off.
      if (milliseconds < 60_000) slept.push(milliseconds);
      const wait = milliseconds < 60_000 ? Math.min(milliseconds, longestMs) : milliseconds;
      await delay(wait, undefined, { signal, ref: false });
    },
  };
}
