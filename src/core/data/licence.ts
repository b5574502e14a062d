/** What a licence allows. A plain object, so that a person can edit it; what it does not know is asked about. */
import type { LicenceVerdict } from '../run/types';

export interface LicencePolicy {
  /** Ids as on the Hub (SPDX in lower case); `*` stands for any letters. A denial beats an allowance. */
  allow: string[];
  deny: string[];
}

export const defaultLicencePolicy: LicencePolicy = {
  allow: [
    ...['apache-2.0', 'mit', 'isc', 'unlicense', 'wtfpl', 'zlib', 'bsd', 'bsd-2-clause', 'bsd-3-clause', 'bsl-1.0'],
    ...['cc0-1.0', 'pddl', 'odc-by', 'cc-by-2.0', 'cc-by-2.5', 'cc-by-3.0', 'cc-by-4.0', 'cdla-permissive-*'],
  ],
  deny: ['*-nc', '*-nc-*', '*-nd', '*-nd-*', '*noncommercial*', '*non-commercial*', '*research-only*'],
};

/** Several licences, separated by commas, all have to be kept: the strictest verdict holds. */
export function licenceVerdict(licence: string | null, policy: LicencePolicy = defaultLicencePolicy): LicenceVerdict {
  const ids = (licence ?? '')
    .toLowerCase()
    .split(',')
    .map((id) => id.trim());
  const verdicts = ids.map((id) => verdictOf(id, policy));
  return verdicts.find((verdict) => verdict === 'deny') ?? verdicts.find((verdict) => verdict === 'ask') ?? 'allow';
}

function verdictOf(id: string, policy: LicencePolicy): LicenceVerdict {
  if (policy.deny.some((pattern) => fits(pattern, id))) return 'deny';
  return policy.allow.some((pattern) => fits(pattern, id)) ? 'allow' : 'ask';
}

function fits(pattern: string, id: string): boolean {
  const parts = pattern
    .toLowerCase()
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(id);
}
