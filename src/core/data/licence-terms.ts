/** What licences ask of everything that is made from data under them. A help for people, no legal advice. */
import type { LicenceObligation } from '../run/types';

const terms: readonly [RegExp, LicenceObligation][] = [
  [/^(cc-by|odc-by|odbl|apache|mit$|isc$|bsd|zlib|mpl|afl|etalab|ecl|artistic|.?gpl|cdla|eupl|osl)/, 'attribution'],
  [/(^|-)sa(-|$)|^(odbl|a?gpl|gfdl|cdla-sharing|osl|eupl)/, 'share-alike'],
  [/(^|-)nc(-|$)|non-?commercial|research/, 'non-commercial'],
  [/(^|-)nd(-|$)/, 'no-derivatives'],
];
const free = /^(cc0|pddl|unlicense|wtfpl|0bsd)/;

export const obligationWords: Record<LicenceObligation, string> = {
  attribution: 'name the sources and their licences',
  'share-alike': 'pass the result on under the same licence',
  'non-commercial': 'no commercial use',
  'no-derivatives': 'nothing derived may be passed on',
  'own-terms': 'the licence has terms of its own: read them',
};

export function obligationsOf(licence: string | null): LicenceObligation[] {
  const id = (licence ?? '').toLowerCase().trim();
  const found = terms.filter(([pattern]) => pattern.test(id)).map(([, obligation]) => obligation);
  return found.length > 0 || free.test(id) ? found : ['own-terms'];
}

export interface LicensedSource {
  /** A dataset, or a teacher model whose outputs are trained on. */
  what: string;
  /** Several are separated by commas; null where none is stated. */
  licence: string | null;
  kind?: 'dataset' | 'teacher' | 'base-model';
}

export interface CombinedLicence {
  obligations: LicenceObligation[];
  /** For the model card; `other` where no single licence keeps all terms. */
  licence: string;
  /** Why, and what a person has to look at; plain sentences. */
  remarks: string[];
  /** One line a source, for the model card and the report. */
  attribution: string[];
}

/** What holds for a model made from all of these: every obligation of every source. */
export function combinedLicence(sources: readonly LicensedSource[]): CombinedLicence {
  const ids = [...new Set(sources.flatMap(({ licence }) => idsOf(licence)))];
  const stated = new Set(ids.flatMap(obligationsOf));
  if (sources.some(({ licence }) => licence === null)) stated.add('own-terms');
  const obligations = (Object.keys(obligationWords) as LicenceObligation[]).filter((one) => stated.has(one));
  const shareAlike = ids.filter((id) => obligationsOf(id).includes('share-alike'));
  return {
    obligations,
    licence: licenceForAll(ids, obligations, shareAlike),
    remarks: remarksOn(sources, ids, shareAlike),
    attribution: sources.map(attributionOf),
  };
}

function idsOf(licence: string | null): string[] {
  return (licence ?? '')
    .split(',')
    .map((id) => id.trim().toLowerCase())
    .filter((id) => id !== '');
}

function licenceForAll(
  ids: readonly string[],
  obligations: readonly LicenceObligation[],
  shareAlike: string[],
): string {
  const [only, ...more] = ids;
  if (obligations.includes('own-terms')) return 'other';
  if (only !== undefined && more.length === 0) return only;
  if (shareAlike.length > 1) return 'other';
  const nc = obligations.includes('non-commercial');
  const [alike] = shareAlike;
  if (alike !== undefined) return nc && !obligationsOf(alike).includes('non-commercial') ? 'other' : alike;
  if (obligations.includes('no-derivatives')) return 'other';
  if (nc) return 'cc-by-nc-4.0';
  return obligations.includes('attribution') ? 'cc-by-4.0' : 'cc0-1.0';
}

function remarksOn(
  sources: readonly LicensedSource[],
  ids: readonly string[],
  shareAlike: readonly string[],
): string[] {
  const silent = sources.filter(({ licence }) => licence === null).map(({ what }) => what);
  const own = ids.filter((id) => obligationsOf(id).includes('own-terms'));
  const derived = ids.filter((id) => obligationsOf(id).includes('no-derivatives'));
  const teachers = sources.filter(({ kind }) => kind === 'teacher');
  const mixed =
    shareAlike.length > 0 &&
    ids.some((id) => obligationsOf(id).includes('non-commercial')) &&
    !shareAlike.some((id) => obligationsOf(id).includes('non-commercial'));
  return [
    ...silent.map((what) => `${what} states no licence: ask its authors before anything made from it is passed on.`),
    ...own.map((id) => `${id} has terms of its own: read them.`),
    ...derived.map((id) => `${id} forbids passing on what is derived from it.`),
    ...(shareAlike.length > 1
      ? [`${shareAlike.join(' and ')} each ask for the same licence: they cannot both be kept.`]
      : []),
    ...(mixed
      ? [
          `${shareAlike.join(', ')} allows commercial use of what is derived, another source forbids it: they cannot both be kept.`,
        ]
      : []),
    ...teachers.map(({ what, licence }) => `Rows written by ${what} carry its terms (${licence ?? 'none stated'}).`),
  ];
}

function attributionOf({ what, licence, kind }: LicensedSource): string {
  const role = kind === 'teacher' ? ' (teacher)' : kind === 'base-model' ? ' (base model)' : '';
  return `${what}${role}: ${licence ?? 'no licence stated'}`;
}
