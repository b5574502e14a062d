/** A clock for whole runs: waiting passes at once, but a watchdog (`watchdogMs` or more) sleeps until it is called off. */
import { once } from 'node:events';
import type { Clock } from '../../../src/core/ports/common';

export class QuietClock implements Clock {
  readonly sleeps: number[] = [];
  time = Date.parse('2026-05-04T08:00:00Z');

  constructor(private readonly watchdogMs = Infinity) {}

  now(): number {
    return this.time;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.sleeps.push(milliseconds);
    if (milliseconds < this.watchdogMs || !signal) {
      this.time += milliseconds;
      return;
    }
    await once(signal, 'abort');
    signal.throwIfAborted();
  }
}
