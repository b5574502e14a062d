/** A box that a person opened: what every box can do, and what only some can; and the job on it that they mean. */
import { MlInternError } from '../errors';
import type { Box, JobStatus } from '../ports/box';
import type { BoxStorage } from '../ports/box-files';
import type { BoxKeeping } from '../ports/box-keeping';
import type { JobTails } from '../ports/job-tails';
import type { Signatures } from '../ports/lookup';
import type { ScriptLints } from '../ports/script-lints';
import type { Tunnels } from '../ports/shell';
import type { Wheelhouse } from '../ports/wheelhouse';

/** What only some machines can do is absent on the others. */
export type OpenedBox = Box &
  Partial<BoxKeeping & BoxStorage & JobTails & ScriptLints & Signatures & Tunnels & Wheelhouse>;

/** By its id, or by the start of one that is the only such. */
export async function findJob(box: Box, wanted: string, signal?: AbortSignal): Promise<JobStatus> {
  const all = await box.list(signal);
  const exact = all.find(({ id }) => id === wanted);
  if (exact !== undefined) return exact;
  const matches = all.filter(({ id }) => id.startsWith(wanted));
  const [only, another] = matches;
  if (only !== undefined && another === undefined) return only;
  const what =
    only === undefined
      ? `The box ${box.name} has no job "${wanted}"`
      : `"${wanted}" could be ${matches.map(({ id }) => id).join(' or ')}`;
  throw new MlInternError('bad-input', `${what}.`, { next: `See \`ml-intern box jobs ${box.name}\`.` });
}

export function cannot(box: Box, what: string): MlInternError {
  return new MlInternError('bad-input', `The box ${box.name} cannot ${what}.`, {
    next: 'Use a box that is reached over SSH, or this machine.',
  });
}
