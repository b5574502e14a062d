/** Finds datasets: on the Hub by words, and those that go with a paper or are named in its text. */
import { z } from 'zod';
import type { DatasetMention } from '../../data/mentions';
import { datasetsNamedIn, type NamedDatasets } from '../../data/named-datasets';
import { licenceVerdict } from '../../data/licence';
import type { DatasetHit } from '../../ports/hub';
import { defineTool, type AgentTool, type ToolKit } from './tool';

export function searchDatasets(kit: ToolKit): AgentTool {
  return defineTool({
    name: 'search_datasets',
    description:
      'Search datasets on the Hub by words, or those linked to a paper by its arXiv id; with a paper also the datasets that its text names. An id can be inspected, a name has to be searched for.',
    schema: z.object({
      query: z.string().optional(),
      paper: z.string().optional().describe('arXiv id, with or without version, or its address'),
      licence: z.string().optional().describe('As on the Hub, e.g. apache-2.0'),
      limit: z.number().optional().describe('Default 10'),
    }),
    limit: { ms: 120_000, of: 'The Hub, or a paper service,' },
    phase: 'data',
    async run({ query, paper, licence, limit }, { signal }) {
      const wanted = {
        ...(query === undefined ? {} : { text: query }),
        ...(paper === undefined ? {} : { paper }),
        ...(licence === undefined ? {} : { licence }),
        limit: Math.min(limit ?? 10, 50),
      };
      const [hits, named] = await Promise.all([
        kit.hub.searchDatasets(wanted, signal),
        paper === undefined ? noMentions : datasetsNamedIn(kit.papers, paper, signal),
      ]);
      const described = hits.filter(({ description }) => description !== '');
      return {
        facts: { datasets: hits.map((hit) => hitFacts(kit, hit)), ...mentionFacts(named) },
        untrusted: [
          ...described.map(({ id, description }) => ({ source: `description of ${id}`, text: description })),
          ...quotes(paper ?? '', named.mentions),
        ],
      };
    },
  });
}

const noMentions: NamedDatasets = { mentions: [] };

function hitFacts({ licences }: ToolKit, hit: DatasetHit): Record<string, unknown> {
  const { id, downloads, likes, licence, gated, updatedAt } = hit;
  return { id, downloads, likes, licence, licenceVerdict: licenceVerdict(licence, licences), gated, updatedAt };
}

function mentionFacts({ mentions, missing }: NamedDatasets): Record<string, unknown> {
  return {
    // An id has a shape that is checked; a name is words of the paper and stays with its text.
    ...(mentions.length > 0
      ? { mentionedIds: mentions.filter(({ kind }) => kind === 'id').map(({ value }) => value) }
      : {}),
    ...(missing === undefined ? {} : { paperNotRead: missing }),
  };
}

function quotes(paper: string, mentions: readonly DatasetMention[]) {
  if (mentions.length === 0) return [];
  const lines = mentions.map(({ kind, value, times, quote }) => `${kind} ${value} (${times}): … ${quote} …`);
  return [{ source: `datasets named in ${paper}`, text: lines.join('\n') }];
}
