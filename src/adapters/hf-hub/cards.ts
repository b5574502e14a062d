/** Licence, gate and text of a dataset card. */
import type { DataSheet } from '../../core/run/types';

/** The card's licence: one, several (joined by commas), or the name given for an `other` one. */
export function licenceOf(cardData: unknown): string | null {
  const { license, license_name: name } = (cardData ?? {}) as { license?: unknown; license_name?: unknown };
  const licences = (Array.isArray(license) ? license : [license]).filter((entry) => typeof entry === 'string');
  if (licences.length === 0) return null;
  return licences
    .map((entry) => (entry === 'other' && typeof name === 'string' ? `other (${name})` : entry))
    .join(', ');
}

export function licenceTag(tags: readonly string[]): string | null {
  const licences = tags.filter((tag) => tag.startsWith('license:')).map((tag) => tag.slice('license:'.length));
  return licences.length === 0 ? null : licences.join(', ');
}

export function textBelowMetadata(readme: string): string {
  return readme.replace(/^\uFEFF?---\r?\n[\s\S]*?\r?\n---[ \t]*(\r?\n|$)/, '').trim();
}

/** Undefined when everybody may read it. */
export function gatingOf(gated: unknown, endpoint: string, id: string): DataSheet['gating'] {
  if (gated !== 'auto' && gated !== 'manual') return undefined;
  const page = `${endpoint}/datasets/${id}`;
  const then = 'then give ML Intern a Hub token of that account (HF_TOKEN, or the command "ML Intern: Set Hub Token").';
  const how =
    gated === 'auto'
      ? `Sign in at ${page} and accept its terms; access is given at once; ${then}`
      : `Sign in at ${page} and ask for access; its authors decide, which can take days; ${then}`;
  return { kind: gated, how };
}
