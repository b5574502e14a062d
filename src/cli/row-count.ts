/** How many rows were looked at so far. */
import { count, duration } from './format';
import { eraseLine, type Terminal } from './terminal';

/** On one line that is redrawn; every few seconds where lines cannot be. */
export class RowCount {
  private readonly began = Date.now();
  private told = Date.now();

  constructor(private readonly terminal: Terminal) {}

  show(rows: number): void {
    const text = `${count(rows)} rows in ${duration((Date.now() - this.began) / 1000)}`;
    if (this.terminal.live) this.terminal.err(`${eraseLine}${text}`);
    else if (Date.now() - this.told > 10_000) {
      this.told = Date.now();
      this.terminal.line(text);
    }
  }

  end(): void {
    if (this.terminal.live) this.terminal.err(eraseLine);
  }
}
