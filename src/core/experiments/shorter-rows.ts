/** Training on shorter rows because memory ran out trains something else: whether that is wanted, a person decides. */
import type { ShorterRows } from '../run/types';
import type { RunView } from '../run/view';
import { isOutOfMemory } from './oom-ladder';

/** Set where a configuration has shorter rows than an experiment that ran out of memory, and none so short was agreed to. */
export function shorterRows(
  { experiments, jobs }: Pick<RunView, 'experiments' | 'jobs'>,
  config: Record<string, unknown>,
): ShorterRows | undefined {
  const to = lengthOf(config);
  if (to === null) return undefined;
  const ranOut = (id: string) =>
    isOutOfMemory(jobs.findLast((job) => job.experiment === id || job.trialOf === id)?.failure?.class);
  const longer = experiments.findLast((each) => (lengthOf(each.config) ?? 0) > to && ranOut(each.id));
  const isAgreed = experiments.some((each) => (lengthOf(each.config) ?? Infinity) <= to);
  return longer && !isAgreed ? { after: longer.id, from: lengthOf(longer.config) ?? 0, to } : undefined;
}

export function shorterInWords({ after, from, to }: ShorterRows): string {
  return `Rows longer than ${to} tokens are left out, in place of ${from}, because ${after} ran out of memory.`;
}

function lengthOf(config: Record<string, unknown>): number | null {
  const length = config['max_length'];
  return typeof length === 'number' ? length : null;
}
