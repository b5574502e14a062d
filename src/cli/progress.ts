/** Progress for people on stderr: lines for what happened, and on a capable terminal one live line that is redrawn. */
import type { MetricPoint } from '../core/run/runs';
import type { RunView } from '../core/run/view';
import { duration } from './format';
import { liveLine, trainingText } from './live-line';
import { narrate } from './narrate';
import { eraseLine, type Terminal } from './terminal';

export class Progress {
  private view: RunView | null = null;
  private readonly metrics = new Map<string, MetricPoint>();
  /** Quarters of a job's steps that were already told, where there is no live line. */
  private readonly told = new Map<string, number>();
  private phaseStart = Date.now();
  private frame = 0;
  private held: string[] | null = null;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly terminal: Terminal) {}

  start(): void {
    if (!this.terminal.live) return;
    this.timer = setInterval(() => this.draw(), 200);
    this.timer.unref();
  }

  show(view: RunView): void {
    const lines = narrate(this.view, view);
    const entered = view.phase !== this.view?.phase;
    const left = this.view?.phase;
    if (entered && left) lines.unshift(`  ${left} took ${duration((Date.now() - this.phaseStart) / 1000)}`);
    if (entered) this.phaseStart = Date.now();
    this.view = view;
    for (const line of lines) this.line(line);
  }

  addMetrics(job: string, points: readonly MetricPoint[]): void {
    const point = points.at(-1);
    if (point === undefined) return;
    this.metrics.set(job, point);
    if (!this.terminal.live) this.tellQuarter(job, point);
  }

  line(text: string): void {
    if (this.held !== null) this.held.push(text);
    else this.terminal.line(text);
  }

  /** Keeps quiet while a person is asked. */
  hold(): void {
    if (this.held !== null) return;
    if (this.terminal.live) this.terminal.err(eraseLine);
    this.held = [];
  }

  release(): void {
    const lines = this.held ?? [];
    this.held = null;
    for (const line of lines) this.line(line);
  }

  end(): void {
    clearInterval(this.timer);
    this.release();
    if (this.terminal.live) this.terminal.err(eraseLine);
  }

  private draw(): void {
    if (this.view === null || this.held !== null || this.terminal.busy()) return;
    const phaseSeconds = (Date.now() - this.phaseStart) / 1000;
    const state = { view: this.view, metrics: this.metrics, phaseSeconds, frame: this.frame++ };
    this.terminal.err(`${eraseLine}${liveLine(state, this.terminal.columns())}`);
  }

  private tellQuarter(job: string, point: MetricPoint): void {
    if (!point.total_steps) return;
    const quarter = Math.floor((4 * point.step) / point.total_steps);
    if (quarter <= (this.told.get(job) ?? 0)) return;
    this.told.set(job, quarter);
    this.line(`  training: ${trainingText(point)}`);
  }
}
