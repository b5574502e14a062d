/** Numbers and times as the panel words them. */
import type { PanelComparison, PanelScore } from '../../src/core/protocol/panel-view';

export const value = (number: number): string => number.toFixed(3);
export const share = (number: number): string => `${(number * 100).toFixed(number > 0 && number < 0.1 ? 1 : 0)} %`;

export function signed(number: number): string {
  return `${number < 0 ? '−' : '+'}${Math.abs(number).toFixed(3)}`;
}

export function interval(score: Pick<PanelScore, 'low' | 'high'>): string {
  return `[${value(score.low)}, ${value(score.high)}]`;
}

export function differenceInterval(comparison: PanelComparison): string {
  return `[${signed(comparison.low)}, ${signed(comparison.high)}]`;
}

export function pValue(p: number): string {
  return p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`;
}

export function clock(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? '' : date.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
}

export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
