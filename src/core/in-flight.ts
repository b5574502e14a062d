/** Work that is ahead of what is waited for: started at once, finished in order. */

export class InFlight<T> {
  private readonly started: Promise<T>[] = [];

  constructor(private readonly width: number) {}

  get full(): boolean {
    return this.started.length >= this.width;
  }

  get size(): number {
    return this.started.length;
  }

  add(work: Promise<T>): void {
    // It is waited for later; until then its failure is nobody's surprise.
    work.catch(() => undefined);
    this.started.push(work);
  }

  /** When nothing is under way any more, however it ended. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.started);
  }

  /** The oldest. */
  next(): Promise<T> {
    return this.started.shift() ?? Promise.reject(new Error('Nothing is in flight.'));
  }
}
