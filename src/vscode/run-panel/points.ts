/** Metric points as the panel draws them. */
import type { PanelPoint } from '../../core/protocol/messages';
import type { MetricPoint } from '../../core/run/runs';

/** Points sent in one message; the panel thins out what it keeps. */
const perMessage = 2000;

export function projectPoint(point: MetricPoint): PanelPoint {
  return {
    step: point.step,
    totalSteps: point.total_steps ?? null,
    loss: point.loss ?? null,
    learningRate: point.learning_rate ?? null,
    evalLoss: point.eval_loss ?? null,
    etaSeconds: point.eta_seconds ?? null,
  };
}

export function batches(points: readonly MetricPoint[]): PanelPoint[][] {
  const all: PanelPoint[][] = [];
  for (let start = 0; start < points.length; start += perMessage) {
    all.push(points.slice(start, start + perMessage).map(projectPoint));
  }
  return all;
}
