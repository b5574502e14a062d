/** What a licence allows. A plain object, so that a person can edit it; what it does not know is asked about. */
import type { LicenceVerdict } from '../run/types';

export interface LicencePolicy {
  /** Ids as on the Hub (SPDX in lower case); `*` stands for any letters. A denial beats a question, a question an allowance. */
  allow: string[];
  ask?: string[];
  deny: string[];
}

export const defaultLicencePolicy: LicencePolicy = {
  allow: [
    ...['apache-2.0', 'mit', 'isc', 'unlicense', 'wtfpl', 'zlib', 'bsd', 'bsd-2-clause', 'bsd-3-clause', 'bsl-1.0'],
    ...['cc0-1.0', 'pddl', 'odc-by', 'cc-by-2.0', 'cc-by-2.5', 'cc-by-3.0', 'cc-by-4.0', 'cdla-permissive-*'],
  ],
  deny: ['*-nc', '*-nc-*', '*-nd', '*-nd-*', '*noncommercial*', '*non-commercial*', '*research-only*'],
};

/** Each later policy outweighs the earlier ones in what it names: what a person allows is not denied by default. */
export function mergePolicies(...policies: readonly LicencePolicy[]): LicencePolicy {
  return policies.reduce((merged, own) => {
    const named = new Set([...own.allow, ...(own.ask ?? []), ...own.deny]);
    const left = (ids: readonly string[] = []) => ids.filter((id) => !named.has(id));
    return {
      allow: [...left(merged.allow), ...own.allow],
      ask: [...left(merged.ask), ...(own.ask ?? [])],
      deny: [...left(merged.deny), ...own.deny],
    };
  });
}

/** Several licences, separated by commas, all have to be kept: the strictest verdict holds. */
export function licenceVerdict(licence: string | null, policy: LicencePolicy = defaultLicencePolicy): LicenceVerdict {
  const ids = (licence ?? '')
    .toLowerCase()
    .split(',')
    .map((id) => id.trim());
  return strictest(ids.map((id) => verdictOf(id, policy)));
}

export function strictest(verdicts: readonly LicenceVerdict[]): LicenceVerdict {
  return verdicts.find((verdict) => verdict === 'deny') ?? verdicts.find((verdict) => verdict === 'ask') ?? 'allow';
}

function verdictOf(id: string, { allow, ask = [], deny }: LicencePolicy): LicenceVerdict {
  // What is named outright outweighs a pattern: `cc-by-nc-4.0` can be allowed although `*-nc-*` is denied.
  for (const named of [true, false]) {
    const has = (list: readonly string[]) =>
      list.some((pattern) => pattern.includes('*') !== named && fits(pattern, id));
    if (has(deny)) return 'deny';
    if (has(ask)) return 'ask';
    if (has(allow)) return 'allow';
  }
  return 'ask';
}

function fits(pattern: string, id: string): boolean {
  const parts = pattern
    .toLowerCase()
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(id);
}
