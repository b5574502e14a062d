/**
 * What a training is tried with after memory ran out: fewer rows at once and more of such steps added up, which trains
 * the same; then gradient checkpointing, which costs time. Shorter rows would train something else: a person decides.
 */
import type { FailureClass } from '../ports/box';
import { asWritten } from '../run/launch-words';
import type { Rung } from '../run/training';

/** A ladder that is longer would only find out slowly that the model does not fit. */
const mostRungs = 5;

/** The next configuration, or null where nothing is left that trains the same. `script`: what it reads can be set. */
export function nextRung(config: Rung['config'], failure: FailureClass, script: string): Rung | null {
  if (!isOutOfMemory(failure)) return null;
  return smallerBatch(config, script) ?? checkpointing(config, script);
}

export function isOutOfMemory(failure: FailureClass | undefined): failure is 'oom-gpu' | 'oom-host' {
  return failure === 'oom-gpu' || failure === 'oom-host';
}

/** All that a training may run with, as written first: what is approved together with it. */
export function ladderOf(config: Rung['config'], script: string): Rung[] {
  const rungs: Rung[] = [{ change: asWritten, config }];
  for (let next = nextRung(config, 'oom-gpu', script); next !== null && rungs.length <= mostRungs;) {
    rungs.push(next);
    next = nextRung(next.config, 'oom-gpu', script);
  }
  return rungs;
}

function smallerBatch(config: Rung['config'], script: string): Rung | null {
  const batch = Number(config['batch_size']);
  const accumulation = Number(config['gradient_accumulation'] ?? 1);
  if (!reads(script, 'gradient_accumulation') || !isCount(batch) || !isCount(accumulation) || batch === 1) return null;
  const factor = smallestFactor(batch);
  const changed = { batch_size: batch / factor, gradient_accumulation: accumulation * factor };
  return {
    change: `batch_size ${batch} → ${changed.batch_size}, gradient_accumulation ${accumulation} → ${changed.gradient_accumulation}`,
    config: { ...config, ...changed },
  };
}

function checkpointing(config: Rung['config'], script: string): Rung | null {
  if (config['gradient_checkpointing'] === true || !reads(script, 'gradient_checkpointing')) return null;
  return { change: 'gradient_checkpointing on', config: { ...config, gradient_checkpointing: true } };
}

/** Where a script does not read a setting, changing it changes nothing. */
function reads(script: string, key: string): boolean {
  return new RegExp(`["']${key}["']`).test(script);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

function smallestFactor(of: number): number {
  for (let factor = 2; factor * factor <= of; factor++) if (of % factor === 0) return factor;
  return of;
}
