/**
 * Looks at a training's metrics as they arrive and says once, for each rule, what is wrong with them. The box ends a
 * job by its own rules whether anyone looks or not; these are softer, and see what only a longer look can tell.
 */
import type { MetricPoint } from '../run/runs';
import type { Finding } from '../run/training';
import type { WatchRule } from '../run/watch-rules';

/** The numbers of the rules. */
export const bounds = {
  /** So many points say nothing yet: a warm-up is high and wild. */
  firstPoints: 10,
  /** Weight of a new loss in the smoothed one: about the last ten count. */
  smoothing: 0.2,
  /** The smoothed loss stays above so many times its lowest, for so many points in a row. The box ends a job at its own factor. */
  divergence: { factor: 2, inARow: 5, leastLoss: 0.1 },
  /** The norm is above so many times its running median, for so many points in a row; small norms are no explosion. */
  gradient: { factor: 10, inARow: 3, window: 50, leastMedian: 0.5 },
  /** Over so many points and so much of the planned steps, the loss surely fell by less than this share of itself. */
  plateau: { points: 60, share: 0.3, improvement: 0.01, leastLoss: 0.1, leastRate: 0.3 },
  /** So many evaluations in a row are worse than the one before, and the last is so much worse than the best. */
  evaluation: { inARow: 3, share: 0.02 },
};

export class Watcher {
  private readonly said = new Set<WatchRule>();
  private readonly divergence = new Divergence();
  private readonly norms: number[] = [];
  private readonly points: MetricPoint[] = [];
  private readonly evaluations: number[] = [];
  private highRate = 0;
  private explosions = 0;

  /** What this point shows that no earlier one did. */
  add(point: MetricPoint): Finding[] {
    const found = [
      this.nan(point),
      this.divergence.add(point),
      this.gradient(point),
      this.plateau(point),
      this.evaluation(point),
    ].filter((finding) => finding !== null);
    const fresh = found.filter(({ rule }) => !this.said.has(rule));
    for (const { rule } of fresh) this.said.add(rule);
    return fresh;
  }

  private nan({ step, non_finite: lost }: MetricPoint): Finding | null {
    if (!Array.isArray(lost) || lost.length === 0) return null;
    return finding('nan', step, null, null, `${String(lost[0])} became NaN or infinite at step ${step}.`);
  }

  private gradient({ step, grad_norm: norm }: MetricPoint): Finding | null {
    if (!isNumber(norm)) return null;
    const { factor, inARow, window, leastMedian } = bounds.gradient;
    const usual = Math.max(leastMedian, median(this.norms));
    const isOver = this.norms.length >= bounds.firstPoints && norm > factor * usual;
    this.explosions = isOver ? this.explosions + 1 : 0;
    // What is over does not become the usual.
    if (!isOver) this.norms.push(norm);
    if (this.norms.length > window) this.norms.shift();
    if (this.explosions < inARow) return null;
    const words = `The gradient norm is ${short(norm)} at step ${step}, over ${factor} times its usual ${short(usual)}.`;
    return finding('gradient', step, norm, factor * usual, words);
  }

  private evaluation({ step, eval_loss: loss }: MetricPoint): Finding | null {
    if (!isNumber(loss)) return null;
    this.evaluations.push(loss);
    const { inARow, share } = bounds.evaluation;
    const last = this.evaluations.slice(-inARow - 1);
    const best = Math.min(...this.evaluations);
    const worsens = last.length > inARow && last.every((each, at) => at === 0 || each > (last[at - 1] ?? each));
    if (!worsens || loss - best < share * Math.abs(best)) return null;
    const words = `The evaluation loss rose ${inARow} times in a row, to ${short(loss)} at step ${step}; its best was ${short(best)}.`;
    return finding('evaluation', step, loss, best, words);
  }

  /** Judged while the learning rate is high: a loss that is flat at the end of its decay is what is wanted. */
  private plateau(point: MetricPoint): Finding | null {
    const { loss, learning_rate: rate, total_steps: total, step } = point;
    if (!isNumber(loss) || isNumber(point.reward)) return null;
    this.highRate = Math.max(this.highRate, rate ?? 0);
    const { points, share, improvement, leastLoss, leastRate } = bounds.plateau;
    // Learning that has not begun, or is being wound down, is no plateau.
    if (rate !== undefined && rate < leastRate * this.highRate) return null;
    this.points.push(point);
    if (this.points.length < bounds.firstPoints + points) return null;
    const window = this.window(step, Math.max(points, 0), share * (total ?? 0));
    if (window === null || mean(window) < leastLoss) return null;
    const most = mostImprovement(window);
    if (most >= improvement * mean(window)) return null;
    const words = `The loss stays at ${short(mean(window))}: over the last ${window.length} reports until step ${step} it fell by less than ${100 * improvement} %.`;
    return finding('plateau', step, Math.max(0, most), improvement * mean(window), words);
  }

  /** The losses of at least so many points and steps, without the first points of all; null while there are too few. */
  private window(step: number, points: number, steps: number): number[] | null {
    const judged = this.points.slice(bounds.firstPoints);
    const bySteps = judged.findLastIndex((point) => step - point.step >= steps);
    const from = Math.min(judged.length - points, bySteps);
    return from < 0 ? null : judged.slice(from).map(({ loss }) => loss ?? 0);
  }
}

/** The loss, smoothed, against its lowest smoothed value so far; as the box judges it. */
class Divergence {
  private smoothed = NaN;
  private lowest = Infinity;
  private points = 0;
  private above = 0;

  add({ step, loss }: MetricPoint): Finding | null {
    if (!isNumber(loss)) return null;
    const { factor, inARow, leastLoss } = bounds.divergence;
    this.points += 1;
    this.smoothed = this.points === 1 ? loss : this.smoothed + bounds.smoothing * (loss - this.smoothed);
    const limit = factor * Math.max(this.lowest, leastLoss);
    // A loss that is below zero, as some objectives have, has no meaningful multiple.
    const isOver = this.points > bounds.firstPoints && this.lowest >= 0 && this.smoothed > limit;
    this.lowest = Math.min(this.lowest, this.smoothed);
    this.above = isOver ? this.above + 1 : 0;
    if (this.above < inARow) return null;
    const words = `The loss, smoothed, is ${short(this.smoothed)} at step ${step}, over ${factor} times its lowest of ${short(this.lowest)}.`;
    return finding('divergence', step, this.smoothed, limit, words);
  }
}

/** The upper end of the 95 % interval of how much lower the last third is than the first. */
function mostImprovement(window: readonly number[]): number {
  const third = Math.floor(window.length / 3);
  const [first, last] = [window.slice(0, third), window.slice(-third)];
  const error = Math.sqrt(variance(first) / third + variance(last) / third);
  return mean(first) - mean(last) + 2 * error;
}

function finding(rule: WatchRule, step: number, value: number | null, limit: number | null, message: string): Finding {
  return { rule, step, value, limit, message };
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function variance(values: readonly number[]): number {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / Math.max(1, values.length - 1);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
