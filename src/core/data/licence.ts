/** What a licence allows. A plain object, so that a person can edit it; what it does not know is asked about. */
import type { LicenceVerdict } from '../run/types';

export interface LicencePolicy {
  /** Ids as on the Hub (SPDX in lower case); `*` stands for any letters. A denial beats a question, a question an allowance. */
  allow: string[];
  ask?: string[];
  deny: string[];
  /** Speaks where this one says nothing. */
  otherwise?: LicencePolicy;
}

export const defaultLicencePolicy: LicencePolicy = {
  allow: [
    ...['apache-2.0', 'mit', 'isc', 'unlicense', 'wtfpl', 'zlib', 'bsd', 'bsd-2-clause', 'bsd-3-clause', 'bsl-1.0'],
    ...['cc0-1.0', 'pddl', 'odc-by', 'cc-by-2.0', 'cc-by-2.5', 'cc-by-3.0', 'cc-by-4.0', 'cdla-permissive-*'],
  ],
  deny: ['*-nc', '*-nc-*', '*-nd', '*-nd-*', '*noncommercial*', '*non-commercial*', '*research-only*'],
};

/** Whatever a later policy speaks of, by name or by pattern, it alone decides: a team that denies `*` denies what the default allows. */
export function mergePolicies(...policies: readonly LicencePolicy[]): LicencePolicy {
  return policies.reduce((otherwise, own) => ({ ...own, otherwise }));
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

function verdictOf(id: string, { allow, ask = [], deny, otherwise }: LicencePolicy): LicenceVerdict {
  // Within one policy: what is named outright outweighs a pattern: `cc-by-nc-4.0` can be allowed although `*-nc-*` is denied.
  for (const named of [true, false]) {
    const has = (list: readonly string[]) =>
      list.some((pattern) => pattern.includes('*') !== named && fits(pattern, id));
    if (has(deny)) return 'deny';
    if (has(ask)) return 'ask';
    if (has(allow)) return 'allow';
  }
  return otherwise === undefined ? 'ask' : verdictOf(id, otherwise);
}

function fits(pattern: string, id: string): boolean {
  const parts = pattern
    .toLowerCase()
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(id);
}
