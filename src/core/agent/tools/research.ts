/** Tools for reading: papers, their sections, and who cites whom. */
import { z } from 'zod';
import { MlInternError } from '../../errors';
import type { PaperHit, PaperText } from '../../ports/papers';
import { dayOf } from '../../research/filter';
import { outline, sectionPage } from '../../research/page';
import { paperUrl } from '../../research/recipe-check';
import { notePaper, noteRecipe, type ReadPaper } from './paper-notes';
import { defineTool, type AgentTool, type ToolKit, type Untrusted } from './tool';

const pageCharacters = 6_000;

export function researchTools(kit: ToolKit): AgentTool[] {
  const texts = new Map<string, Promise<PaperText>>();
  const read = (id: string, signal: AbortSignal): Promise<PaperText> => {
    const known = texts.get(id);
    if (known) return known;
    const reading = kit.papers.read(id, signal);
    texts.set(id, reading);
    reading.catch(() => texts.delete(id));
    return reading;
  };
  return [searchPapers(kit), readPaper(read), citations(kit), notePaper(kit, read), noteRecipe(kit, read)];
}

function searchPapers(kit: ToolKit): AgentTool {
  return defineTool({
    name: 'search_papers',
    description:
      'Search papers in Hugging Face Papers, arXiv and Semantic Scholar at once, ranked by relevance, influence and recency; "why" gives the grounds.',
    schema: z.object({
      query: z.string(),
      limit: z.number().optional().describe('Default 8'),
      since: z.string().optional().describe('2025, 2025-03 or 2025-03-31'),
      until: z.string().optional(),
      category: z.string().optional().describe('arXiv category, e.g. cs.CL'),
      minCitations: z.number().optional(),
    }),
    phase: 'research',
    async run({ query, limit, since, until, category, minCitations }, { signal }) {
      const search = {
        limit: Math.min(limit ?? 8, 25),
        ...(since !== undefined && { since: dayOf(since, 'first') }),
        ...(until !== undefined && { until: dayOf(until, 'last') }),
        ...{ category, minCitations },
      };
      const { items, missing, notes } = await kit.papers.search(query, search, signal);
      const papers = items.map((hit) => ({ ...hitFacts(hit), why: hit.why }));
      return { facts: { papers, missing, ...(notes && { notes }) }, untrusted: items.map(abstractOf) };
    },
  });
}

function readPaper(read: ReadPaper): AgentTool {
  return defineTool({
    name: 'read_paper',
    description:
      'Read a paper section by section. Without a section: its outline and the first part. nextOffset says where to read on.',
    schema: z.object({
      id: z.string().describe('arXiv id'),
      section: z.string().optional(),
      offset: z.number().optional(),
    }),
    phase: 'research',
    async run({ id, section, offset }, { signal }) {
      const paper = await read(id, signal);
      const wanted = section ?? paper.sections[0]?.id;
      if (wanted === undefined)
        throw new MlInternError('papers-unavailable', `Paper ${id} has no readable text.`, {
          next: 'Use its abstract from search_papers.',
        });
      const page = sectionPage(paper, wanted, offset ?? 0, pageCharacters);
      const sections = outline(paper).map(({ id: name, title, characters }) => ({
        id: name,
        title,
        chars: characters,
      }));
      const place = {
        section: page.section,
        offset: page.offset,
        ...(page.next === null ? {} : { nextOffset: page.next }),
      };
      return {
        facts: { id, title: paper.title, url: paperUrl(id), source: paper.source, sections, ...place },
        untrusted: [{ source: `${id}, ${page.title}`, text: page.text }],
      };
    },
  });
}

function citations(kit: ToolKit): AgentTool {
  return defineTool({
    name: 'citations',
    description:
      'Papers that a paper cites (references) or that cite it (citations), with influence, intent and the citing sentences.',
    schema: z.object({
      id: z.string(),
      direction: z.enum(['references', 'citations']),
      limit: z.number().optional().describe('Default 10'),
    }),
    phase: 'research',
    async run({ id, direction, limit }, { signal }) {
      const { items, missing } = await kit.papers.citations(id, direction, Math.min(limit ?? 10, 50), signal);
      const papers = items.map(({ paper, influential, intents }) => ({ ...hitFacts(paper), influential, intents }));
      const untrusted = items
        .filter(({ contexts }) => contexts.length > 0)
        .map(({ paper, contexts }) => ({ source: `how ${paper.id} is cited`, text: contexts.join('\n') }));
      return { facts: { papers, missing }, untrusted };
    },
  });
}

function hitFacts({ id, title, year, citations: count, url }: PaperHit): Record<string, unknown> {
  return { id, title, year, citations: count, url };
}

function abstractOf({ id, abstract }: PaperHit): Untrusted {
  return { source: `abstract of ${id}`, text: abstract };
}
