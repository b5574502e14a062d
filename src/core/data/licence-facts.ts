/** What a dataset's card, tags, files and rows say of its licence, put side by side. */
import type { LicenceSource, LicenceVerdict } from '../run/types';
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

function inWords({ licences, name }: LicenceSource): string {
  return licences.map((id) => (id === 'other' && name !== undefined ? `other (${name})` : id)).join(', ');
}

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
    all.some(
      (other) =>
        other === id ||
        other.startsWith(`${id}-`) ||
        (id.startsWith(`${other}-`) && /^-\d/.test(id.slice(other.length))),
    );
  return some.every((id) => agrees(id, others));
}
