/** A signature as text for the model: what it is, its own parameters first, then the inherited ones. */
import type { FoundSignature, Parameter } from '../ports/lookup';

export interface Wanted {
  /** Parameters whose name or help holds one of these words, with their whole help. */
  words: readonly string[];
}

export function signatureText(signature: FoundSignature, { words }: Wanted): string {
  const parameters = orderedParameters(signature).filter((each) => words.length === 0 || matches(each, words));
  const lines = [
    heading(signature),
    ...(signature.deprecated === null ? [] : [`Deprecated: ${signature.deprecated}`]),
    ...(signature.value === null ? [] : [`Value: ${signature.value}`]),
    ...(signature.choices.length === 0 ? [] : [`One of: ${signature.choices.join(', ')}`]),
    ...parameters.flatMap((each) => parameterLines(each, signature, words.length > 0)),
    ...(signature.anyKeyword ? ['It takes any keyword (**): a misspelt one may be taken without a word.'] : []),
    ...Object.entries(signature.renamed).map(([old, now]) => `Renamed: ${old} is now ${now ?? 'gone'}`),
    ...signature.warnings.map((warning) => `It warns: ${warning}`),
    ...(words.length > 0 ? [] : rest(signature)),
  ];
  return lines.join('\n');
}

/** Parameters that share a part of their name with what was asked for: `max_seq_length` -> `max_length`. */
export function nearParameters(signature: FoundSignature, wanted: string): string[] {
  const parts = new Set(wanted.toLowerCase().split('_'));
  const scored = (signature.parameters ?? []).map(({ name }) => {
    const own = name.toLowerCase().split('_');
    const shared = own.filter((part) => parts.has(part)).length;
    return { name, score: shared / Math.max(own.length, parts.size) };
  });
  const near = scored.filter(({ score }) => score >= 0.5).sort((a, b) => b.score - a.score);
  return near.slice(0, 5).map(({ name }) => name);
}

function orderedParameters({ parameters, path }: FoundSignature): Parameter[] {
  const all = parameters ?? [];
  return [
    ...all.filter(({ from }) => from === null || from === path),
    ...all.filter((each) => isInherited(each, path)),
  ];
}

const isInherited = ({ from }: Parameter, path: string) => from !== null && from !== path;

function matches({ name, help }: Parameter, words: readonly string[]): boolean {
  return words.some((word) => name.toLowerCase().includes(word) || help.toLowerCase().includes(word));
}

function heading({ kind, path, bases, package: packageName, version, returns, needs }: FoundSignature): string {
  const parents = bases.length === 0 ? '' : ` (from ${bases.slice(0, 4).join(', ')})`;
  const result = returns === null ? '' : ` -> ${returns}`;
  const missing = needs.length === 0 ? '' : `; of no use here without ${needs.join(', ')}`;
  return `${kind} ${path}${parents}${result}, ${packageName} ${version ?? 'of unknown version'}${missing}`;
}

function parameterLines(each: Parameter, { path }: FoundSignature, whole: boolean): string[] {
  const stars = { rest: '*', 'any-keyword': '**' }[each.kind] ?? '';
  const type = each.type === null ? '' : `: ${each.type}`;
  const value = each.default === null ? (each.required ? ' (required)' : '') : ` = ${each.default}`;
  const choices = each.choices.length === 0 ? '' : `; one of ${each.choices.join(', ')}`;
  const origin = isInherited(each, path) && whole ? `; from ${each.from ?? ''}` : '';
  const old = each.deprecated === null ? '' : '; DEPRECATED';
  const help = whole ? each.help : firstSentence(each.help);
  return [`${stars}${each.name}${type}${value}${choices}${origin}${old}`, ...(help === '' ? [] : [`    ${help}`])];
}

function firstSentence(text: string): string {
  const end = /[.!?](\s|$)/.exec(text)?.index;
  return (end === undefined ? text : text.slice(0, end + 1)).slice(0, 200);
}

function rest({ doc, members, kind }: FoundSignature): string[] {
  const listed = members.length === 0 || kind === 'dataclass' ? [] : ['', `Members: ${members.join(', ')}`];
  return [...(doc === '' ? [] : ['', doc]), ...listed];
}
