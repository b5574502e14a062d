/** Notices that nothing was heard for a long time, at the price of one timer however much is heard. */
import type { Clock } from '../ports/common';

export class Silence {
  private since: number;

  constructor(
    private readonly clock: Clock,
    private readonly limitMs: number,
  ) {
    this.since = clock.now();
  }

  /** From now on silence counts: something was heard, or whoever listens listens again. */
  broken(): void {
    this.since = this.clock.now();
  }

  /** Resolves when it has been silent for the whole limit; rejects when the signal is aborted. */
  async lasting(signal: AbortSignal): Promise<void> {
    for (;;) {
      // A clock that was set back must not make the wait longer than the limit.
      const left = Math.min(this.limitMs, this.since + this.limitMs - this.clock.now());
      if (left <= 0) return;
      await this.clock.sleep(left, signal);
    }
  }
}
