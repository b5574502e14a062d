/** Drafts differ in data first: before anything is scored, a second one with the same data would teach less than one with other data. */
import { MlInternError } from '../errors';
import { jsonHash } from '../hash';
import type { Recipe } from '../run/types';
import type { RunView } from '../run/view';
import { finalStates } from '../ports/box';
import { differInSeedOnly } from './repeats';
import { trainJobOf } from './training';

interface Draft {
  parent: string | null;
  recipe: Recipe;
  config: Record<string, unknown>;
}

export function refuseSameData(view: RunView, draft: Draft): void {
  if (draft.parent !== null || view.experiments.some(({ dev }) => dev !== null)) return;
  const same = view.proposals.find(({ proposal: { subject }, decision }) => {
    if (subject.kind !== 'script' || subject.parent !== null || decision?.verdict === 'reject') return false;
    return (
      jsonHash(subject.recipe.sources) === jsonHash(draft.recipe.sources) && !cameToNothing(view, subject.experiment)
    );
  })?.proposal.subject;
  // A person may ask for a repeat at any time.
  if (same?.kind !== 'script' || differInSeedOnly(same.config, draft.config)) return;
  throw new MlInternError('bad-input', `The draft ${same.experiment} has the same data and no score yet.`, {
    next: `Draft with other data, or train and evaluate ${same.experiment} and change what it does as its child.`,
  });
}

function cameToNothing(view: RunView, id: string): boolean {
  const experiment = view.experiments.find((one) => one.id === id);
  if (experiment === undefined) return false;
  const job = trainJobOf(view, experiment);
  const broke = job !== undefined && finalStates.has(job.state) && job.state !== 'finished';
  return experiment.outcome === 'failed' || experiment.pruned === true || broke;
}
