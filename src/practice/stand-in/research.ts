/** Reading before choosing: search, the two most promising papers, who cites the best one, and quotes that support a choice of data. */
import { callsTo, done, argument, type Memory } from './memory';
import { bestQuote } from './quotes';
import { notes, papersFound, papersRead, type Paper, type ReadPaper } from './recall-papers';
import { recipeOf } from './recipes';
import { call, type Step } from './step';
import { topicWords } from './topic';
import { relevance } from './words';

const enoughPapers = 2;
const readAtFirst = 2;
const methodWords = ['fine-tuning', 'data', 'instruction', 'supervised', 'mixture', 'format', 'selection', 'quality'];
const sectionsOfAPaper = 2;
const tellingSection = /data|format|mixture|result|finding|experiment|ablation/i;

export function* research(memory: Memory): Generator<Step> {
  // Later work shows that this is over, also when the answers have left the conversation.
  if (['propose_dataset', 'write_script'].some((name) => callsTo(memory, name).length > 0)) return;
  yield* search(memory);
  yield* readTop(memory);
  yield* follow(memory);
  yield* readFollowed(memory);
  yield* readTellingSections(memory);
  yield* note(memory);
  yield* noteRecipes(memory);
}

function* search(memory: Memory): Generator<Step> {
  const topic = topicWords(memory);
  const queries = [
    [...topic.slice(0, 4), 'fine-tuning', 'data'].join(' '),
    'supervised fine-tuning data selection',
    'instruction tuning question answering',
    'training data quality',
  ];
  const asked = new Set(callsTo(memory, 'search_papers').map((past) => argument(past, 'query')));
  for (const query of queries) {
    if (papersFound(memory).length >= enoughPapers || asked.size >= queries.length) return;
    if (asked.has(query)) continue;
    yield {
      text: `I look for papers on what data helps: "${query}".`,
      calls: [call('search_papers', { query, limit: 8 })],
    };
  }
}

function* readTop(memory: Memory): Generator<Step> {
  const found = ranked(memory, 'searched');
  const open = unread(memory, found);
  const missing = readAtFirst - (found.length - open.length);
  if (open.length === 0 || missing <= 0) return;
  const next = open.slice(0, missing);
  yield {
    text: `I read the papers that look closest and are cited most: ${next.map((paper) => paper.title).join('; ')}.`,
    calls: next.map((paper) => call('read_paper', { id: paper.id })),
  };
}

function* follow(memory: Memory): Generator<Step> {
  const [best] = ranked(memory, 'searched');
  if (!best || callsTo(memory, 'citations').length > 0) return;
  yield {
    text: `Who builds on "${best.title}"? Newer work may say what held up.`,
    calls: [call('citations', { id: best.id, direction: 'citations', limit: 10 })],
  };
}

function* readFollowed(memory: Memory): Generator<Step> {
  const followed = ranked(memory, 'followed');
  const [next] = unread(memory, followed);
  if (!next || attempts(memory).size > readAtFirst) return;
  yield { text: `I read "${next.title}", which cites it.`, calls: [call('read_paper', { id: next.id })] };
}

/** Beyond the abstract: the sections whose titles promise findings about data. */
function* readTellingSections(memory: Memory): Generator<Step> {
  const wanted = papersRead(memory).flatMap(tellingSectionsOf);
  const tried = new Set(
    callsTo(memory, 'read_paper').map((past) => `${argument(past, 'id')} ${argument(past, 'section')}`),
  );
  const open = wanted.filter((args) => !tried.has(`${args.id} ${args.section}`));
  if (open.length === 0) return;
  yield { text: 'Now the sections about data and results.', calls: open.map((args) => call('read_paper', args)) };
}

function tellingSectionsOf({ id, sections }: ReadPaper): { id: string; section: string }[] {
  const telling = sections.slice(1).filter(({ title }) => tellingSection.test(title));
  return telling.slice(0, sectionsOfAPaper).map((section) => ({ id, section: section.id }));
}

function* note(memory: Memory): Generator<Step> {
  const { noted, refusedQuotes } = notes(memory);
  const calls = papersRead(memory)
    .filter((paper) => !noted.has(paper.id) && refusals(memory, paper.id) < 2)
    .flatMap((paper) => {
      const quote = bestQuote(paper.texts, refusedQuotes);
      return quote ? [call('note_paper', { id: paper.id, claim: `Bears on ${quote.topic}.`, quote: quote.text })] : [];
    });
  if (calls.length > 0) yield { text: 'I note what these papers say that bears on the choice of data.', calls };
}

/** Tried once a paper: a refused row says that the paper does not hold it. */
function* noteRecipes(memory: Memory): Generator<Step> {
  const tried = new Set(callsTo(memory, 'note_recipe').map((past) => argument(past, 'id')));
  const calls = papersRead(memory)
    .filter(({ id }) => !tried.has(id))
    .flatMap((paper) => {
      const recipe = recipeOf(paper);
      return recipe ? [call('note_recipe', { ...recipe })] : [];
    });
  if (calls.length > 0)
    yield { text: 'What worked there goes into the recipe table, each value with its quote.', calls };
}

function refusals(memory: Memory, id: string): number {
  return callsTo(memory, 'note_paper').filter((past) => past.answer?.error && argument(past, 'id') === id).length;
}

/** Papers by what they share with the goal and the craft, then by citations. */
function ranked(memory: Memory, how: 'searched' | 'followed'): Paper[] {
  const wanted = [...topicWords(memory), ...methodWords];
  const worth = (paper: Paper): number =>
    relevance(`${paper.title} ${paper.abstract}`, wanted) +
    Math.log10(1 + paper.citations) +
    (paper.influential ? 1 : 0);
  return papersFound(memory)
    .filter((paper) => paper[how])
    .sort((a, b) => worth(b) - worth(a));
}

function unread(memory: Memory, papers: Paper[]): Paper[] {
  const tried = attempts(memory);
  return papers.filter((paper) => !tried.has(paper.id));
}

function attempts(memory: Memory): Set<string> {
  return new Set(callsTo(memory, 'read_paper').flatMap((past) => argument(past, 'id') ?? []));
}

/** Papers worth naming as the ground for a choice. */
export function notedPapers(memory: Memory): string[] {
  return [...new Set(done(memory, 'note_paper').flatMap((past) => argument(past, 'id') ?? []))];
}
