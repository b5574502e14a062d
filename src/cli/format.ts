/** How numbers and words are printed for people. Pure. */
import { scoreRemarks } from '../core/evaluation/score-words';
import { onlySeen } from '../core/text/unseen';
import type { Comparison, Score } from '../core/run/types';

/** Text from outside (titles, reasons, a model's words) must not be able to move the cursor or colour the terminal. */
export function plain(text: string): string {
  return onlySeen(text)
    .text.replace(/[\n\t]+/g, ' ')
    .trim();
}

/** One line, with its indentation. */
export function plainLine(line: string): string {
  const indent = /^[ \t]*/.exec(line)?.[0] ?? '';
  return indent + plain(line.slice(indent.length));
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** A difference of shares in percentage points, with its sign. */
export function points(difference: number): string {
  const value = (difference * 100).toFixed(1);
  return `${difference > 0 ? '+' : ''}${value === '-0.0' ? '0.0' : value}`;
}

export function scoreText(score: Score): string {
  const remarks = scoreRemarks(score);
  const more = remarks.length === 0 ? '' : ` (${remarks.join('; ')})`;
  return `${percent(score.value)} [${(score.low * 100).toFixed(1)}, ${(score.high * 100).toFixed(1)}]${more}`;
}

/** What the answers behind a score were like. */
export function answersText({ invalidShare, truncatedShare, meanTokens }: Score): string {
  return `invalid ${percent(invalidShare)}, truncated ${percent(truncatedShare)}, ${meanTokens.toFixed(1)} tokens an answer`;
}

export function differenceText(comparison: Comparison): string {
  return `${points(comparison.difference)} points [${points(comparison.low)}, ${points(comparison.high)}]`;
}

export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  if (hours > 0) return `${hours} h ${minutes} min`;
  return `${minutes} min ${whole % 60} s`;
}

/** 12345 as 12 345. */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ' ');
}

export function shorten(text: string, width: number): string {
  const characters = Array.from(text);
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

/** Columns two spaces apart; the first row is the header and gets a rule below it. */
export function table(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) => Math.max(...rows.map((row) => width(row[column]))));
  const line = (row: readonly string[]) =>
    widths.map((size, column) => `${row[column] ?? ''}${' '.repeat(size - width(row[column]))}`).join('  ');
  const [header, ...body] = rows.map((row) => line(row).trimEnd());
  if (header === undefined) return '';
  return [header, widths.map((size) => '─'.repeat(size)).join('  '), ...body].join('\n');
}

function width(cell: string | undefined): number {
  return Array.from(cell ?? '').length;
}

/** A bar of `size` cells for a share between 0 and 1. */
export function bar(share: number, size: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * size);
  return `${'█'.repeat(full)}${'░'.repeat(size - full)}`;
}
