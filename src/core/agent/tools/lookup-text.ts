/** Documentation and pages of the web, searched and read from any place on. */
import { z } from 'zod';
import { withShortLines } from '../../lookup/pages';
import { readFrom, type Place } from '../../lookup/reading';
import type { ReadText } from '../../ports/lookup';
import { defineTool, type AgentTool, type ToolKit, type ToolOutput } from './tool';

const pageCharacters = 5_000;
const place = {
  section: z.string().optional().describe('Id or title of a section, from the outline'),
  offset: z.number().optional().describe('nextOffset of the answer before, to read on'),
};

export function textTools(kit: ToolKit): AgentTool[] {
  return [searchDocs(kit), readDocs(kit), readPage(kit)];
}

function searchDocs(kit: ToolKit): AgentTool {
  return defineTool({
    name: 'search_docs',
    description: 'Search the documentation of the Hugging Face libraries (trl, transformers, datasets, peft, ...).',
    schema: z.object({
      query: z.string(),
      package: z.string().optional().describe('e.g. trl'),
      limit: z.number().optional().describe('Default 6'),
    }),
    limit: { ms: 90_000, of: "The Hub's documentation" },
    phase: 'research',
    async run({ query, package: name, limit }, { signal }) {
      const wanted = { ...(name === undefined ? {} : { package: name }), limit: Math.min(limit ?? 6, 20) };
      const { items, missing } = await kit.lookup.docs.search(query, wanted, signal);
      const hits = items.map((hit) => ({ page: hit.page, package: hit.package }));
      return {
        facts: { hits, missing },
        untrusted: items.map(({ page, title, section, text }) => ({
          source: page,
          text: `${title} > ${section}\n${text.slice(0, 1_000)}`,
        })),
      };
    },
  });
}

function readDocs(kit: ToolKit): AgentTool {
  return defineTool({
    name: 'read_docs',
    description: 'Read a page of the Hugging Face documentation, as search_docs names it (trl/sft_trainer).',
    schema: z.object({ page: z.string(), ...place }),
    limit: { ms: 90_000, of: "The Hub's documentation" },
    phase: 'research',
    async run({ page, section, offset }, { signal }) {
      const anchor = /#([\w.:-]+)$/.exec(page)?.[1];
      const text = await kit.lookup.docs.read(page, signal);
      return shown(text, { section: section ?? knownAnchor(text, anchor), offset });
    },
  });
}

function readPage(kit: ToolKit): AgentTool {
  return defineTool({
    name: 'read_page',
    description: 'Read a public page of the web by its address: HTML, Markdown, text, JSON or PDF.',
    schema: z.object({ url: z.string(), ...place }),
    limit: { ms: 90_000, of: 'The page' },
    phase: 'research',
    async run({ url, section, offset }, { signal }) {
      return shown(await kit.lookup.web.read(url, signal), { section, offset });
    },
  });
}

/** The search may name a heading that has become another one since. */
function knownAnchor({ sections }: ReadText, anchor: string | undefined): string | undefined {
  return sections.find(({ id }) => id.toLowerCase() === anchor?.toLowerCase())?.id;
}

function shown(text: ReadText, from: Place): ToolOutput {
  const { outline, text: page, offset, total, next } = readFrom(text, from, pageCharacters);
  const isFirst = from.section === undefined && from.offset === undefined;
  const source = text.id.slice(0, 200);
  return {
    facts: {
      url: text.url.slice(0, 500),
      ...{ offset, totalCharacters: total },
      ...(next === null ? {} : { nextOffset: next }),
      ...(text.note === undefined ? {} : { note: text.note }),
    },
    untrusted: [
      ...(isFirst ? [{ source: `outline of ${source}`, text: `${text.title.slice(0, 200)}\n${outline}` }] : []),
      { source, text: withShortLines(page) },
    ],
  };
}
