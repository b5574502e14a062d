/** Everything in a dataset's repository that says something of its licence. */
import { readmeText } from '../../core/data/licence-facts';
import { licenceId } from '../../core/data/licence-names';
import { licencesOfFile, licencesOfReadme } from '../../core/data/licence-text';
import type { LicenceSource } from '../../core/run/types';

export function licenceSources(
  cardData: unknown,
  tags: readonly string[],
  readme: string,
  licenceFile: { path: string; text: string } | undefined,
): LicenceSource[] {
  const tagged = tags.filter((tag) => tag.startsWith('license:')).map((tag) => tag.slice('license:'.length));
  return [
    ...cardLicence(cardData),
    ...source('its tags', tagged.map(known)),
    ...(licenceFile ? source(`the file ${licenceFile.path}`, licencesOfFile(licenceFile.text)) : []),
    ...source(readmeText, licencesOfReadme(readme)),
  ];
}

function cardLicence(cardData: unknown): LicenceSource[] {
  const { license, license_name: name, license_link: link } = (cardData ?? {}) as Record<string, unknown>;
  const stated = (Array.isArray(license) ? license : [license]).filter((entry) => typeof entry === 'string');
  return source('the card', stated.map(known)).map((found) => ({
    ...found,
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof link === 'string' ? { link } : {}),
  }));
}

const known = (words: string): string => licenceId(words) ?? words.toLowerCase();

function source(where: string, licences: readonly string[]): LicenceSource[] {
  return licences.length === 0 ? [] : [{ where, licences: [...new Set(licences)] }];
}
