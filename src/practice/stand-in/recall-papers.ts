/** What was found and read in the literature. */
import { argument, callsTo, done, type Memory } from './memory';
import { number, records, text } from './facts';

export interface Paper {
  id: string;
  title: string;
  citations: number;
  influential: boolean;
  abstract: string;
  /** Found by search, by following another paper's citations, or both. */
  searched: boolean;
  followed: boolean;
}

export interface ReadPaper {
  id: string;
  sections: { id: string; title: string }[];
  /** Everything read of it so far. */
  texts: string[];
  sectionsRead: string[];
}

export function papersFound(memory: Memory): Paper[] {
  const papers = new Map<string, Paper>();
  for (const call of memory.calls) {
    if (call.name !== 'search_papers' && call.name !== 'citations') continue;
    for (const item of records(call.answer?.facts.papers)) {
      const id = text(item.id);
      if (id === null) continue;
      const known = papers.get(id);
      papers.set(id, {
        id,
        title: known?.title ?? text(item.title) ?? id,
        citations: number(item.citations) ?? known?.citations ?? 0,
        influential: known?.influential === true || item.influential === true,
        abstract: known?.abstract || (call.answer?.blocks.find((block) => block.source.includes(id))?.text ?? ''),
        searched: known?.searched === true || call.name === 'search_papers',
        followed: known?.followed === true || call.name === 'citations',
      });
    }
  }
  return [...papers.values()];
}

export function papersRead(memory: Memory): ReadPaper[] {
  const read = new Map<string, ReadPaper>();
  for (const call of done(memory, 'read_paper')) {
    const id = argument(call, 'id');
    if (id === null) continue;
    const paper = read.get(id) ?? { id, sections: [], texts: [], sectionsRead: [] };
    for (const section of records(call.answer?.facts.sections)) {
      const sectionId = text(section.id);
      if (sectionId !== null && !paper.sections.some((known) => known.id === sectionId))
        paper.sections.push({ id: sectionId, title: text(section.title) ?? '' });
    }
    paper.texts.push(...(call.answer?.blocks ?? []).map((block) => block.text));
    const section = argument(call, 'section');
    if (section !== null) paper.sectionsRead.push(section);
    read.set(id, paper);
  }
  return [...read.values()];
}

/** Ids of papers that a note was tried for, and how often it was tried in vain. */
export function notes(memory: Memory): { noted: Set<string>; refusedQuotes: Set<string> } {
  const noted = new Set(done(memory, 'note_paper').flatMap((call) => argument(call, 'id') ?? []));
  const refused = callsTo(memory, 'note_paper').filter((call) => call.answer?.error);
  return { noted, refusedQuotes: new Set(refused.flatMap((call) => argument(call, 'quote') ?? [])) };
}
