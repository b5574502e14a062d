/** Tools for reading: papers, their sections, citations, and notes whose quotes must be in the paper. */
import { z } from 'zod';
import { MlInternError } from '../../errors';
import type { PaperHit, PaperText } from '../../ports/papers';
import { outline, sectionPage } from '../../research/page';
import { findQuote } from '../../research/quote';
import type { RunView } from '../../run/view';
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
  return [searchPapers(kit), readPaper(read), citations(kit), notePaper(kit, read)];
}

type Read = (id: string, signal: AbortSignal) => Promise<PaperText>;

function searchPapers(kit: ToolKit): AgentTool {
  return defineTool({
    name: 'search_papers',
    description: 'Search papers in Hugging Face Papers, arXiv and Semantic Scholar at once.',
    schema: z.object({ query: z.string(), limit: z.number().optional().describe('Default 8') }),
    phase: 'research',
    async run({ query, limit }, { signal }) {
      const { items, missing } = await kit.papers.search(query, Math.min(limit ?? 8, 25), signal);
      return { facts: { papers: items.map(hitFacts), missing }, untrusted: items.map(abstractOf) };
    },
  });
}

function readPaper(read: Read): AgentTool {
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

function notePaper(kit: ToolKit, read: Read): AgentTool {
  return defineTool({
    name: 'note_paper',
    description:
      'Note what a paper shows, with a literal quote from it. The quote is looked up: invented support is refused.',
    schema: z.object({ id: z.string(), claim: z.string(), quote: z.string() }),
    phase: 'research',
    async run({ id, claim, quote }, { signal }) {
      const paper = await read(id, signal);
      const found = findQuote(paper, quote);
      if (!found)
        throw new MlInternError('bad-input', `The quote is not in paper ${id}.`, {
          next: 'Copy a sentence of at least a dozen characters from read_paper.',
        });
      const { bench } = kit;
      const place = found.title || found.section;
      const file = `papers/${id.replace(/[^A-Za-z0-9.-]/g, '_')}.md`;
      const path = `${bench.runFolder}/${file}`;
      const before = (await bench.store.read(path)) ?? `# ${oneLine(paper.title)}\n\n${paperUrl(id)}\n`;
      const note = `\n- ${oneLine(claim)}\n  > ${oneLine(quote)}\n  (${oneLine(place)})\n`;
      if (!before.includes(note)) await bench.store.write(path, before + note);
      const isNew = ({ papers }: RunView) =>
        !papers.some(
          (known) => known.id === id && known.notes.some((one) => one.claim === claim && one.quote === quote),
        );
      await bench.journal.recordIf(isNew, 'paper.noted', {
        id,
        title: paper.title,
        url: paperUrl(id),
        claim,
        quote,
        place,
        file,
      });
      return { facts: { noted: true, place } };
    },
  });
}

function hitFacts({ id, title, year, citations: count, url }: PaperHit): Record<string, unknown> {
  return { id, title, year, citations: count, url };
}

function abstractOf({ id, abstract }: PaperHit): Untrusted {
  return { source: `abstract of ${id}`, text: abstract };
}

function paperUrl(id: string): string {
  return `https://arxiv.org/abs/${id}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
