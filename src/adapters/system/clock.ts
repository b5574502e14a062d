/** The machine's clock and random ids. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Ids } from '../../core/ports/common';

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => sleep(Math.min(milliseconds, 2 ** 31 - 1), undefined, signal ? { signal } : {}),
};

export const randomIds: Ids = { next: () => randomBytes(4).toString('hex') };
