/** Metric points out of the lines that a job writes. */
import type { MetricPoint } from './runs';

/** Metric points from whole lines; a line that is not a point is skipped. */
export function parseMetrics(lines: readonly string[]): MetricPoint[] {
  return lines.flatMap((line) => {
    try {
      const point = JSON.parse(line) as Partial<MetricPoint> | null;
      return point && typeof point.step === 'number' && typeof point.time === 'number' ? [point as MetricPoint] : [];
    } catch {
      // Not JSON: scripts may write anything into their metrics file.
      return [];
    }
  });
}
