/** Finds datasets. */
import { z } from 'zod';
import { defineTool, type AgentTool, type ToolKit } from './tool';

export function searchDatasets(kit: ToolKit): AgentTool {
  return defineTool({
    name: 'search_datasets',
    description: 'Search datasets on the Hub by words, or those linked to a paper by its arXiv id.',
    schema: z.object({
      query: z.string().optional(),
      paper: z.string().optional(),
      limit: z.number().optional().describe('Default 10'),
    }),
    phase: 'data',
    async run({ query, paper, limit }, { signal }) {
      const hits = await kit.hub.searchDatasets(
        {
          ...(query === undefined ? {} : { text: query }),
          ...(paper === undefined ? {} : { paper }),
          limit: Math.min(limit ?? 10, 50),
        },
        signal,
      );
      const datasets = hits.map(({ id, downloads, likes, licence, gated, updatedAt }) => ({
        id,
        downloads,
        likes,
        licence,
        gated,
        updatedAt,
      }));
      const described = hits.filter(({ description }) => description !== '');
      return {
        facts: { datasets },
        untrusted: described.map(({ id, description }) => ({ source: `description of ${id}`, text: description })),
      };
    },
  });
}
