/** The cells of a line of per-item results, each read or refused. */
import type { MlInternError } from '../errors';

export type Row = Record<string, unknown>;
/** Makes the error that names the line. */
export type Fail = (what: string) => MlInternError;

export function idIn(id: unknown, what: string, fail: Fail): string {
  if (typeof id === 'string' && id.trim() !== '') return id;
  if (typeof id === 'number' && Number.isFinite(id)) return String(id);
  throw fail(id === undefined ? `${what} is missing` : `${what} is ${shown(id)}`);
}

/** A share; undefined where there is none. */
export function gradeIn(value: unknown, what: string, fail: Fail): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return Number(value);
  if (typeof value !== 'number' || !(value >= 0 && value <= 1))
    throw fail(`${what} is ${shown(value)}, not a number from 0 to 1`);
  return value;
}

export function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 60) ?? 'undefined';
}
