/** Tools for reading: papers, their sections, and who cites whom. */
import { z } from 'zod';
import { MlInternError } from '../../errors';
import type { PaperHit, PaperText } from '../../ports/papers';
import { dayOf } from '../../research/filter';
import { withShortLines } from '../../lookup/pages';
import type { ReadPaper } from '../../research/quoted-text';
import { outline, placeAfter, sectionPage, type SectionPage } from '../../research/page';
import { paperUrl } from '../../research/paper-ids';
import { citations, hitFacts, paperLinks } from './paper-graph';
import { notePaper, noteRecipe } from './paper-notes';
import { resultLimit } from './render';
import { defineTool, paperLimit, type AgentTool, type ToolKit, type Untrusted } from './tool';

const pageCharacters = 6_000;
/** Title, notes, place and fence. */
const otherFacts = 1_500;
const sectionsTold = 40;

export function researchTools(kit: ToolKit): AgentTool[] {
  const read: ReadPaper = (id, signal, section) => kit.papers.read(id, signal, section);
  return [
    searchPapers(kit),
    readPaper(read),
    citations(kit),
    paperLinks(kit),
    notePaper(kit, read),
    noteRecipe(kit, read),
  ];
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
    limit: paperLimit,
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
      'Read a paper section by section. Without a section: its outline and the first part. nextOffset (or nextSection) says where to read on; nothing is cut for good.',
    schema: z.object({
      id: z.string().describe('arXiv id (with or without version), its address or DOI, or an id from search_papers'),
      section: z.string().optional().describe('Id or title; page-12 for a page of a PDF'),
      offset: z.number().optional(),
    }),
    limit: paperLimit,
    phase: 'research',
    async run({ id, section, offset }, { signal }) {
      const paper = await read(id, signal, section);
      const wanted = section ?? paper.sections[0]?.id;
      if (wanted === undefined)
        throw new MlInternError('papers-unavailable', `Paper ${id} has no readable text.`, {
          next: 'Use its abstract from search_papers.',
        });
      const sections = sectionFacts(paper);
      const page = sectionPage(paper, wanted, offset ?? 0, roomBeside(sections));
      const { source, title, notes } = paper;
      const facts = {
        id,
        title,
        url: paperUrl(paper),
        source,
        ...(notes && { notes }),
        ...sections,
        ...placeFacts(paper, page),
      };
      return { facts, untrusted: [{ source: `${id}, ${page.title}`, text: withShortLines(page.text) }] };
    },
  });
}

/** What is cut from an answer is not on the next page either: a long outline leaves less room for text. */
function roomBeside(sections: Record<string, unknown>): number {
  return Math.max(1_000, Math.min(pageCharacters, resultLimit - otherFacts - JSON.stringify(sections).length));
}

/** Of a book only the beginning of its outline; every page can be asked for by its name. */
function sectionFacts(paper: PaperText): Record<string, unknown> {
  const all = outline(paper).map(({ id, title, characters }) => ({ id, title, chars: characters }));
  const sections = all.slice(0, sectionsTold);
  return all.length === sections.length
    ? { sections }
    : { sections, allSections: all.length, lastSection: all.at(-1)?.id };
}

function placeFacts(paper: PaperText, page: SectionPage): Record<string, unknown> {
  const after = placeAfter(paper, page);
  const goesOn =
    after?.section === page.section ? { nextOffset: after.offset } : { nextSection: after?.section ?? null };
  return { section: page.section, offset: page.offset, ...goesOn };
}

function abstractOf({ id, abstract }: PaperHit): Untrusted {
  return { source: `abstract of ${id}`, text: abstract };
}
