/** Names of licences as the Hub writes them: SPDX in lower case where there is such an id, and the Hub's own ids. */
import correct from 'spdx-correct';

/** Ids of the Hub that SPDX does not know, or knows under another name. */
const hubIds = new Set(
  [
    'openrail openrail++ bigscience-openrail-m creativeml-openrail-m bigscience-bloom-rail-1.0 bigcode-openrail-m',
    'bsd c-uda cc gfdl gpl lgpl lgpl-lr h-research intel-research apple-amlr apple-ascl odc-by odbl pddl etalab-2.0',
    'openmdw-1.0 deepfloyd-if-license fair-noncommercial-research-license llama2 llama3 llama3.1 llama3.2 llama3.3',
    'llama4 grok2-community gemma gpl-2.0 gpl-3.0 agpl-3.0 lgpl-2.1 lgpl-3.0 unknown other',
  ]
    .join(' ')
    .split(' '),
);

const aliases: readonly [RegExp, string][] = [
  [/^odc-by(-1\.0)?$|open data commons attribution/, 'odc-by'],
  [/^odbl(-1\.0)?$|open (data commons open )?database licen/, 'odbl'],
  [/^pddl(-1\.0)?$|public domain dedication (and|&) licen/, 'pddl'],
  [/^(no|none|n\/a|not specified|unspecified|unknown|\?|-)( licen[cs]e)?$/, 'unknown'],
  [/^llama[ -]?(2|3|3\.[123]|4)([ -]community)?([ -]licen[cs]e)?$/, 'llama$1'],
];

/** The Hub's id for what a person wrote; null for words that name no known licence. */
export function licenceId(words: string): string | null {
  const text = words
    .toLowerCase()
    .replace(/[_\s]+/g, ' ')
    .trim();
  if (text === '' || text.length > 120) return null;
  if (hubIds.has(text)) return text;
  return creativeCommons(text) ?? aliased(text) ?? spdx(words.trim());
}

function aliased(text: string): string | null {
  for (const [pattern, id] of aliases) {
    const match = pattern.exec(text);
    if (match) return id.replace('$1', match[1] ?? '');
  }
  return null;
}

function spdx(words: string): string | null {
  // It guesses a version where none is said; a licence without one is not that licence.
  const found = words.length > 60 ? null : correct(words, { upgrade: false })?.toLowerCase();
  if (!found) return null;
  const version = /-(\d[\d.]*)/.exec(found)?.[1];
  if (version === undefined || words.includes(version.replace(/\.0$/, ''))) return found;
  return /^(mit|isc|zlib|wtfpl|unlicense)$/.test(found) || /^(cc0|bsd)/.test(found) ? found : null;
}

/** `CC BY-NC 4.0`, `Attribution-NonCommercial 4.0 International`, and addresses of creativecommons.org. */
function creativeCommons(text: string): string | null {
  if (/\bcc[ -]?0\b|publicdomain\/zero|creative commons zero/.test(text)) return 'cc0-1.0';
  const parts =
    /creativecommons\.org\/licenses\/(by[a-z-]*)\/?(\d\.\d)?/.exec(text) ??
    /\bcc[ -](by(?:[ -](?:nc|nd|sa))*)(?:[ -]v?(\d(?:\.\d)?))?/.exec(text) ??
    spelledOut(text);
  if (!parts?.[1]) return null;
  const version = parts[2] === undefined ? '' : `-${parts[2].includes('.') ? parts[2] : `${parts[2]}.0`}`;
  return `cc-${parts[1].replace(/ /g, '-')}${version}`;
}

function spelledOut(text: string): [string, string, string | undefined] | null {
  const match =
    /\battribution((?:[ -]*(?:non[ -]?commercial|no[ -]?deriv[a-z]*|share[ -]?alike))*)[ ,-]*v?(\d\.\d)?/.exec(text);
  if (!match || (match[1] === '' && !/creative commons/.test(text) && match[2] === undefined)) return null;
  const has = (pattern: RegExp, id: string) => (pattern.test(match[1] ?? '') ? id : '');
  const id = `by${has(/commercial/, '-nc')}${has(/deriv/, '-nd')}${has(/share/, '-sa')}`;
  return [match[0], id, match[2]];
}
