/** The plan as shown to the person: one item a phase, kept up as the work moves on. */
import { callsTo, type Memory } from './memory';
import { call } from './step';
import type { PlannedCall } from './chat';

export const phaseNames = ['research', 'data', 'baseline', 'experiments', 'closing'] as const;
export type PhaseName = (typeof phaseNames)[number];

const texts: Record<PhaseName, string> = {
  research: 'Read what is known about data for this goal',
  data: 'Find, inspect and check datasets; propose those that are fit',
  baseline: 'Measure the base model',
  experiments: 'Try one dataset at a time, then build on the best',
  closing: 'Name the best and say what was learned',
};

/** A call that brings the plan up to date, when it is not. */
export function planUpdate(memory: Memory, current: PhaseName): PlannedCall[] {
  // The last item is done by the very reply that brings it up.
  const at = current === 'closing' ? phaseNames.length : phaseNames.indexOf(current);
  const items = phaseNames.map((name, index) => ({
    text: texts[name],
    state: index < at ? 'done' : index === at ? 'doing' : 'todo',
  }));
  const shown = callsTo(memory, 'plan').at(-1)?.args.items;
  return JSON.stringify(shown) === JSON.stringify(items) ? [] : [call('plan', { items })];
}
