/** What a dataset's card, tags, files and rows say of its licence, put side by side. */
import type { DataSheet, LicenceSource, LicenceVerdict } from '../run/types';
import { licenceVerdict, strictest, type LicencePolicy } from './licence';

/** Say nothing that could contradict. */
const vague = new Set(['other', 'unknown', 'cc']);

export interface LicenceFacts {
  /** Of the card, else of whatever says one; several joined by commas. */
  licence: string | null;
  sources: LicenceSource[];
  conflict?: string;
  verdict: LicenceVerdict;
  /** What is denied, and where it is stated. */
  denied?: string;
}

/** Of many licences some are named; all of them are judged. */
const mostNamed = 20;

export function licencesInWords(licences: readonly string[]): string {
  const named = licences.slice(0, mostNamed).join(', ');
  return licences.length > mostNamed ? `${named} and ${licences.length - mostNamed} more` : named;
}

export function licenceFacts(sources: readonly LicenceSource[], policy: LicencePolicy): LicenceFacts {
  const telling = sources.filter(({ licences }) => licences.length > 0);
  const [first] = telling;
  const conflict = conflictOf(telling);
  const denied = deniedOf(telling, policy);
  return {
    licence: first ? inWords(first) : null,
    sources: [...telling],
    ...(conflict === undefined ? {} : { conflict }),
    ...(denied === undefined ? {} : { denied }),
    verdict: verdictOf(telling, conflict, policy),
  };
}

function deniedOf(sources: readonly LicenceSource[], policy: LicencePolicy): string | undefined {
  const [first] = sources.flatMap((source) => {
    const ids = source.licences.filter(
      (id) => licenceVerdict(inWords({ ...source, licences: [id] }), policy) === 'deny',
    );
    return source.where === readmeText || ids.length === 0 ? [] : [`${source.where} says ${licencesInWords(ids)}`];
  });
  return first;
}

function named({ licences, name }: LicenceSource): string[] {
  return licences.map((id) => (id === 'other' && name !== undefined ? `other (${name})` : id));
}

const inWords = (source: LicenceSource): string => named(source).join(', ');

const isVersionOf = (id: string, other: string): boolean =>
  id.startsWith(`${other}-`) && /^-\d/.test(id.slice(other.length));

/** A README may speak of other things' licences, so its words alone never deny; a contradiction is for a person. */
function verdictOf(
  sources: readonly LicenceSource[],
  conflict: string | undefined,
  policy: LicencePolicy,
): LicenceVerdict {
  const [first, ...more] = sources.map((source) => {
    const verdict = licenceVerdict(inWords(source), policy);
    if (source.where === readmeText && verdict === 'deny') return 'ask';
    return source.unread === undefined ? verdict : strictest([verdict, 'ask']);
  });
  if (first === undefined) return licenceVerdict(null, policy);
  return strictest([first, ...more, ...(conflict === undefined ? [] : ['ask' as const])]);
}

/** All that holds for its data, comma separated: what any place states, not only the first. Null where none says anything. */
export function statedLicences({
  licence,
  licenceSources = [],
}: Pick<DataSheet, 'licence' | 'licenceSources'>): string | null {
  const weighty = licenceSources.filter(({ where }) => where !== readmeText);
  const stated = (weighty.length > 0 ? weighty : licenceSources).flatMap(named);
  if (stated.length === 0) return licence;
  // `cc-by` beside `cc-by-4.0` is the same one, said less exactly.
  return [...new Set(stated)].filter((id) => !stated.some((other) => isVersionOf(other, id))).join(', ');
}

export const readmeText = "the README's text";

function conflictOf(sources: readonly LicenceSource[]): string | undefined {
  const clear = sources
    .map(({ where, licences }) => ({ where, licences: licences.filter((id) => !vague.has(id)).sort() }))
    .filter(({ licences }) => licences.length > 0);
  const [first, ...others] = clear;
  const other = others.find(({ licences }) => !sameLicences(licences, first?.licences ?? []));
  if (!first || !other) return undefined;
  return `${first.where} says ${licencesInWords(first.licences)}, but ${other.where} says ${licencesInWords(other.licences)}.`;
}

/** `cc-by` without a version agrees with `cc-by-4.0`; a text may name fewer licences than the card. */
function sameLicences(some: readonly string[], others: readonly string[]): boolean {
  const agrees = (id: string, all: readonly string[]) =>
    all.some((other) => other === id || other.startsWith(`${id}-`) || isVersionOf(id, other));
  return some.every((id) => agrees(id, others));
}
