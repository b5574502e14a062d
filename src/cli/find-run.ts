/** Finds the run that a person means: its id, its name, the start of one, or nothing for the newest. */
import { MlInternError } from '../core/errors';
import type { Runs, RunSummary } from '../core/run/runs';

export async function findRun(
  runs: Runs,
  wanted: string | undefined,
  eligible: (run: RunSummary) => boolean = () => true,
): Promise<RunSummary> {
  const all = await runs.list();
  if (wanted === undefined) return newest(all.filter(eligible));
  const exact = all.find(({ id, name }) => id === wanted || name === wanted);
  if (exact !== undefined) return exact;
  const matches = all.filter(({ id, name }) => id.startsWith(wanted) || name.startsWith(wanted));
  const [only, another] = matches;
  if (only !== undefined && another === undefined) return only;
  const what =
    only === undefined
      ? `There is no run "${wanted}" in this workspace`
      : `"${wanted}" could be ${matches.map(({ id }) => id).join(' or ')}`;
  throw new MlInternError('run-not-found', `${what}.`, {
    next: 'See "ml-intern runs list", or name another folder with --workspace.',
  });
}

function newest(runs: readonly RunSummary[]): RunSummary {
  const [first] = runs.toSorted((a, b) => (b.createdAt ?? '').localeCompare(a.createdAt ?? ''));
  if (first !== undefined) return first;
  throw new MlInternError('run-not-found', 'There is no such run in this workspace.', {
    next: 'Start one with "ml-intern practice" or "ml-intern run", or name another folder with --workspace.',
  });
}
