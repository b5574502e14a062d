/** A step that a phase would take next. Phases yield them in order of preference; the first that is still allowed is taken. */
import type { PlannedCall } from './chat';
import { sameCall, type Memory } from './memory';

export interface Step {
  text: string;
  calls: PlannedCall[];
}

export type Phase = (memory: Memory) => Iterable<Step>;

export function call(name: string, args: Record<string, unknown>): PlannedCall {
  return { name, args };
}

/** Waiting is the only call that makes sense unchanged; everything else is dropped when two identical calls did not help. */
const repeatLimit = 2;
const waitLimit = 240;

export function withoutRepeats(memory: Memory, planned: PlannedCall): boolean {
  const same = memory.calls.filter((past) => sameCall(past, planned.name, planned.args));
  if (planned.name !== 'wait_for_job') return same.length < repeatLimit;
  const lastTwo = same.slice(-repeatLimit);
  const inVain = lastTwo.length === repeatLimit && lastTwo.every((past) => past.answer?.error);
  return same.length < waitLimit && !inVain;
}
