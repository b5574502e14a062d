/** Licence and text of a dataset card. */

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
