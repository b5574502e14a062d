/** Drafts differ in data first: before anything is scored, a second one with the same data would teach less than one with other data. */
import { MlInternError } from '../errors';
import { jsonHash } from '../hash';
import type { Recipe } from '../run/types';
import type { RunView } from '../run/view';
import { cameToNothing, differInSeedOnly } from './repeats';

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
