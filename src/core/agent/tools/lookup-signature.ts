/** What the packages on the box take, read from the packages themselves: memory is often a version behind. */
import { z } from 'zod';
import { nearParameters, signatureText } from '../../lookup/signature-text';
import { textPage, withShortLines } from '../../lookup/pages';
import type { FoundSignature, Signature, UnknownSignature } from '../../ports/lookup';
import { defineTool, type AgentTool, type ToolKit, type Untrusted } from './tool';

const pageCharacters = 5_000;
const dottedName = /^[A-Za-z_][\w.]{0,199}$/;

export function signatureTools(kit: ToolKit): AgentTool[] {
  return [
    defineTool({
      name: 'look_up_signature',
      description:
        'What classes and functions of the packages installed on the box take (parameters, defaults, help, deprecations), read from the packages themselves. On a box that only runs jobs (Hugging Face Jobs): which versions there are. Look names up before a script uses them.',
      schema: z.object({
        names: z.array(z.string()).min(1).max(8).describe('Dotted names, e.g. ["trl.SFTConfig"]'),
        match: z.string().optional().describe('Only parameters whose name or help has one of these words, in full'),
        offset: z.number().optional().describe('nextOffset of the answer before'),
      }),
      limit: { ms: 240_000, of: 'The box' },
      phase: 'research',
      async run({ names, match, offset }, { signal }) {
        const { environment, signatures } = await kit.lookup.installed.lookUp(names, signal);
        const words = (match ?? '')
          .toLowerCase()
          .split(/[\s,]+/)
          .filter((word) => word !== '');
        const found = signatures.filter((each): each is FoundSignature => each.found);
        const page = textPage(
          found.map((each) => signatureText(each, { words })).join('\n\n'),
          offset ?? 0,
          pageCharacters,
        );
        const facts = signatures.map((each) => factsOf(each, words));
        return {
          facts: { environment, signatures: facts, ...(page.next === null ? {} : { nextOffset: page.next }) },
          untrusted: untrustedOf(withShortLines(page.text), signatures),
        };
      },
    }),
  ];
}

function factsOf(each: Signature, words: readonly string[]): Record<string, unknown> {
  if (!each.found)
    return { name: each.name, found: false, problem: each.problem, didYouMean: each.suggestions.filter(isName) };
  const { name, kind, package: packageName, version, parameters, anyKeyword, needs } = each;
  const missing = words.filter((word) => /^\w+_\w+$/.test(word) && !parameters?.some((known) => known.name === word));
  const near = Object.fromEntries(missing.map((word) => [word, nearParameters(each, word).filter(isName)]));
  return {
    ...{ name, found: true, kind, package: packageName, version, parameters: parameters?.length ?? null },
    takesAnyKeyword: anyKeyword,
    deprecated: each.deprecated !== null,
    deprecatedParameters: (parameters ?? []).filter((known) => known.deprecated !== null).map((known) => known.name),
    ...(needs.length === 0 ? {} : { needs }),
    ...(missing.length === 0 ? {} : { noSuchParameter: near }),
  };
}

const isName = (text: string) => dottedName.test(text);

function untrustedOf(text: string, signatures: readonly Signature[]): Untrusted[] {
  const unknown = signatures.filter((each): each is UnknownSignature => !each.found);
  return [
    ...(text === '' ? [] : [{ source: 'packages installed on the box', text }]),
    ...unknown.map(({ name, message }) => ({ source: `looking for ${name}`, text: message })),
  ];
}
