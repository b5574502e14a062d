/** A time limit that does not run while a person thinks. */

export class Deadline {
  private timer: NodeJS.Timeout | undefined;
  private over = false;

  constructor(
    private readonly milliseconds: number,
    private readonly passed: () => void,
  ) {
    this.start();
  }

  end(): void {
    this.over = true;
    clearTimeout(this.timer);
  }

  /** The limit starts anew afterwards. */
  async whileAsking<T>(question: () => Promise<T>): Promise<T> {
    clearTimeout(this.timer);
    try {
      return await question();
    } finally {
      if (!this.over) this.start();
    }
  }

  private start(): void {
    this.timer = setTimeout(this.passed, this.milliseconds);
  }
}
