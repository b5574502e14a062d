/** Amounts and scores as the editor's surfaces word them. */
import { seenLine } from '../core/text/unseen';
import type { Comparison, Score } from '../core/run/types';

const count = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

export const formatCount = (value: number): string => count.format(value);
export const formatCompact = (value: number): string => compact.format(value);
export const formatShare = (value: number): string => `${(value * 100).toFixed(value > 0 && value < 0.01 ? 1 : 0)} %`;
export const formatValue = (value: number): string => value.toFixed(3);

export function formatScore(score: Score): string {
  return `${formatValue(score.value)} [${formatValue(score.low)}, ${formatValue(score.high)}]`;
}

export function formatDifference(comparison: Comparison): string {
  const sign = comparison.difference >= 0 ? '+' : '−';
  return `${sign}${formatValue(Math.abs(comparison.difference))}`;
}

export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min${whole < 600 && whole % 60 > 0 ? ` ${whole % 60} s` : ''}`;
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
}

/** A long text on one line, without what a reader would not see. */
export function brief(text: string, length = 90): string {
  const line = seenLine(text);
  return line.length <= length ? line : `${line.slice(0, length - 1).trimEnd()}…`;
}
