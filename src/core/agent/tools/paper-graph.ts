/** Tools for what surrounds a paper: who cites whom, and what code, models and data belong to it. */
import { z } from 'zod';
import type { Citation, PaperHit } from '../../ports/papers';
import { walkCitations } from '../../research/walk';
import { defineTool, paperLimit, type AgentTool, type ToolKit, type ToolOutput, type Untrusted } from './tool';

const mostSteps = 30;

export function citations(kit: ToolKit): AgentTool {
  return defineTool({
    name: 'citations',
    description:
      'Papers that a paper cites (references) or that cite it (citations), with influence, intent and the citing sentences. With walk: follows the graph from a landmark paper, the most influential first, and says why each was taken.',
    schema: z.object({
      id: z.string(),
      direction: z.enum(['references', 'citations']),
      limit: z.number().optional().describe('Default 10'),
      walk: z
        .number()
        .optional()
        .describe(`How many papers to take on a walk, at most ${mostSteps}; each costs a request`),
    }),
    limit: paperLimit,
    phase: 'research',
    async run({ id, direction, limit, walk }, { signal }) {
      if (walk !== undefined) return walked(kit, id, direction, Math.min(walk, mostSteps), signal);
      const { items, missing, notes } = await kit.papers.citations(id, direction, Math.min(limit ?? 10, 50), signal);
      const papers = items.map(({ paper, influential, intents }) => ({ ...hitFacts(paper), influential, intents }));
      return { facts: { papers, missing, ...(notes && { notes }) }, untrusted: sentencesOf(items) };
    },
  });
}

async function walked(
  kit: ToolKit,
  id: string,
  direction: 'references' | 'citations',
  steps: number,
  signal: AbortSignal,
): Promise<ToolOutput> {
  const walk = await walkCitations(kit.papers, id, { direction, steps }, signal);
  const papers = walk.steps.map(({ citation, depth, from, why }) => {
    const { paper, influential, intents } = citation;
    return { ...hitFacts(paper), influential, intents, depth, from, why };
  });
  const notes = walk.notes.length > 0 ? { notes: walk.notes } : {};
  const untrusted = sentencesOf(walk.steps.map(({ citation }) => citation));
  return { facts: { papers, missing: walk.missing, ...notes }, untrusted };
}

export function paperLinks(kit: ToolKit): AgentTool {
  return defineTool({
    name: 'paper_links',
    description:
      'Code, models and datasets that belong to a paper: those that the Hub links to it, and the addresses in its text.',
    schema: z.object({ id: z.string() }),
    limit: paperLimit,
    phase: 'research',
    run: async ({ id }, { signal }) => ({ facts: { id, ...(await kit.papers.links(id, signal)) } }),
  });
}

function sentencesOf(items: readonly Citation[]): Untrusted[] {
  return items
    .filter(({ contexts }) => contexts.length > 0)
    .map(({ paper, contexts }) => ({ source: `how ${paper.id} is cited`, text: contexts.join('\n') }));
}

export function hitFacts({ id, title, year, citations: count, url }: PaperHit): Record<string, unknown> {
  return { id, title, year, citations: count, url };
}
