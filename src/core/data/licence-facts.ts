/** What a dataset's card, tags, files and rows say of its licence, put side by side. */
import type { LicenceSource, LicenceVerdict } from '../run/types';
import { licenceVerdict, strictest, type LicencePolicy } from './licence';
import { licenceId } from './licence-names';

/** Say nothing that could contradict. */
const vague = new Set(['other', 'unknown', 'cc']);
const licenceColumn = /^(source_|data_|dataset_|repo_)?licen[cs]es?(_type|_name)?$/i;
const mostRowLicences = 20;

export interface LicenceFacts {
  /** Of the card, else of whatever says one; several joined by commas. */
  licence: string | null;
  sources: LicenceSource[];
  conflict?: string;
  verdict: LicenceVerdict;
}

export function licenceFacts(sources: readonly LicenceSource[], policy: LicencePolicy): LicenceFacts {
  const telling = sources.filter(({ licences }) => licences.length > 0);
  const [first] = telling;
  const conflict = conflictOf(telling);
  return {
    licence: first ? inWords(first) : null,
    sources: [...telling],
    ...(conflict === undefined ? {} : { conflict }),
    verdict: verdictOf(telling, conflict, policy),
  };
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
    return source.where === readmeText && verdict === 'deny' ? 'ask' : verdict;
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
  return `${first.where} says ${first.licences.join(', ')}, but ${other.where} says ${other.licences.join(', ')}.`;
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

/** What a column that holds each row's licence says. */
export function rowLicences(rows: readonly Record<string, unknown>[]): LicenceSource[] {
  const names = Object.keys(rows[0] ?? {}).filter((name) => licenceColumn.test(name));
  return names.flatMap((name) => {
    const words = rows.flatMap((row) => texts(row[name]));
    const ids = [...new Set(words.map((word) => licenceId(word) ?? word.toLowerCase().slice(0, 60)))];
    return ids.length === 0 ? [] : [{ where: `the column ${name}`, licences: ids.sort().slice(0, mostRowLicences) }];
  });
}

function texts(cell: unknown): string[] {
  const list = Array.isArray(cell) ? cell : [cell];
  return list.filter((value) => typeof value === 'string' && value.trim() !== '');
}
