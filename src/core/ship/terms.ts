/** What the data of a model obliges whoever passes it on to. */
import { licenceVerdict, type LicencePolicy } from '../data/licence';
import { combinedLicence, obligationWords, type CombinedLicence, type LicensedSource } from '../data/licence-terms';
import { MlInternError } from '../errors';
import { licensedSources } from '../run/licensed-sources';
import type { DatasetView, ExperimentView, RunView } from '../run/view';

export interface Trained {
  view: RunView;
  experiment: ExperimentView;
}

/** The datasets of its recipe. */
export function usedData({ view, experiment }: Trained): DatasetView[] {
  const ids = new Set(experiment.recipe.sources.map(({ dataset }) => dataset.id));
  return view.datasets.filter(({ id }) => ids.has(id));
}

/** The base model, datasets, and the models that wrote rows of the recipe: what a teacher writes carries its terms. */
export function termsOf(trained: Trained): CombinedLicence {
  return combinedLicence(sourcesOf(trained));
}

function sourcesOf(trained: Trained): LicensedSource[] {
  const { view, experiment } = trained;
  const files = new Set(experiment.recipe.sources.map(({ dataset }) => dataset.file));
  const written = view.generated.filter(({ file }) => files.has(file));
  return licensedSources(view, usedData(trained), written);
}

/** Each in a sentence; what forbids passing the model on comes first. */
export function termsInWords({ obligations, remarks, attribution }: CombinedLicence): string[] {
  const forbids = obligations.includes('no-derivatives') ? ['A licence of its data FORBIDS passing the model on.'] : [];
  return [...forbids, ...obligations.map((one) => `They ask: ${obligationWords[one]}.`), ...remarks, ...attribution];
}

/** Throws where the workspace's policy denies the licence of something that the model was trained on. */
export function refuseDenied(trained: Trained, policy: LicencePolicy): void {
  const denied = sourcesOf(trained).filter(({ licence }) => licenceVerdict(licence, policy) === 'deny');
  if (denied.length === 0) return;
  const names = denied.map(({ what, licence }) => `${what} (${licence ?? 'none stated'})`).join(', ');
  throw new MlInternError('not-approved', `The licence policy denies what the model was made from: ${names}.`, {
    next: 'Train without it; or, if its terms do allow it, say so in ml-intern/licences.json.',
  });
}
