/** To whom a model made in a run owes terms: its base model, the data, and the models that wrote rows. */
import { statedLicences } from '../data/licence-facts';
import type { LicensedSource } from '../data/licence-terms';
import { nameOf } from '../ship/shared-manifest';
import type { GeneratedRows } from './types';
import type { DatasetView, RunView } from './view';

export function licensedSources(
  { config, baseModelLicence }: RunView,
  datasets: readonly DatasetView[],
  written: readonly GeneratedRows[],
): LicensedSource[] {
  const teachers = [...new Set(written.map(({ teacher }) => teacher))];
  return [
    ...(config === null
      ? []
      : [{ what: nameOf(config.baseModel), licence: baseModelLicence, kind: 'base-model' as const }]),
    ...datasets.map(({ id, sheet }) => ({ what: id, licence: sheet ? statedLicences(sheet) : null })),
    ...teachers.map((what) => ({ what, licence: null, kind: 'teacher' as const })),
  ];
}
