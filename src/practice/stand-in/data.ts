/** Choosing data: find, inspect, check against the benchmark, propose what is fit, set aside the rest with its reason. */
import { byPromise, mappingOf, overlapObjection, plainObjection } from './data-judgement';
import { columnsOf, rehearses } from './mapping';
import { callsTo, type Memory } from './memory';
import { approved, candidates, isUnwanted, searchesMade, unwantedIds, type Candidate } from './recall-datasets';
import { papersRead } from './recall-papers';
import { notedPapers } from './research';
import { call, type Step } from './step';
import { topicWords } from './topic';
import { relevance } from './words';

const enoughCandidates = 5;
const mostInspections = 10;
const mostProposals = 4;
const atOnce = 4;

export function* data(memory: Memory): Generator<Step> {
  // Later work shows that this is over, also when the answers have left the conversation.
  if (callsTo(memory, 'write_script').length > 0) return;
  yield* search(memory);
  const worthALook = shortlist(memory);
  yield* inspect(worthALook);
  yield* setAside(memory, worthALook);
  yield* checkOverlap(worthALook);
  yield* propose(memory, worthALook);
}

function* search(memory: Memory): Generator<Step> {
  const made = searchesMade(memory);
  const topic = topicWords(memory);
  const rounds = [
    [
      ...papersRead(memory).map((paper) => ({ paper: paper.id })),
      { query: topic.slice(0, 3).join(' ') || 'question answering' },
    ],
    topic.slice(0, 3).map((query) => ({ query })),
    ['qa', 'question', 'instruct', 'answer'].map((query) => ({ query })),
  ];
  for (const round of rounds) {
    const enough = candidates(memory).length >= enoughCandidates || callsTo(memory, 'inspect_dataset').length > 0;
    if (enough && !stuck(memory)) return;
    const open = round.filter((args) => !made.has('query' in args ? args.query : `paper:${args.paper}`));
    if (open.length === 0) continue;
    yield {
      text: 'I look for datasets: by the words of the goal, and those that go with the papers.',
      calls: open.map((args) => call('search_datasets', { ...args, limit: 10 })),
    };
  }
}

/** Everything found so far is out, so that more must be found. */
function stuck(memory: Memory): boolean {
  const known = candidates(memory);
  return known.length > 0 && known.every((candidate) => candidate.setAside || candidate.decision === 'rejected');
}

/** What looks related, most downloaded first: the popular ones are looked at first, and judged like any other. */
function shortlist(memory: Memory): Candidate[] {
  const topic = topicWords(memory);
  const related = (candidate: Candidate): boolean =>
    candidate.byPaper ||
    relevance(`${candidate.id} ${candidate.description}`, [...topic, 'question', 'answer', 'qa', 'instruct']) > 0;
  const all = candidates(memory);
  const close = all.filter(related);
  return (close.length >= 2 ? close : all).slice(0, mostInspections);
}

function* inspect(shortlisted: readonly Candidate[]): Generator<Step> {
  const open = shortlisted.filter((candidate) => !candidate.inspection && !candidate.setAside && !candidate.proposed);
  for (const batch of [open.slice(0, atOnce), open.slice(atOnce, 2 * atOnce), open.slice(2 * atOnce)]) {
    if (batch.length === 0) return;
    yield {
      text: `I inspect ${batch.map((candidate) => candidate.id).join(', ')}.`,
      calls: batch.map((candidate) => call('inspect_dataset', { id: candidate.id })),
    };
  }
}

function* setAside(memory: Memory, shortlisted: readonly Candidate[]): Generator<Step> {
  const topic = topicWords(memory);
  const unwanted = unwantedIds(memory);
  const calls = shortlisted.flatMap((candidate) => {
    if (candidate.setAside) return [];
    const reason = objection(candidate, topic, unwanted);
    return reason === null ? [] : [call('set_aside_dataset', { id: candidate.id, reason })];
  });
  if (calls.length > 0)
    yield { text: calls.map((planned) => `${planned.args.id}: ${planned.args.reason}`).join('\n'), calls };
}

function objection(candidate: Candidate, topic: readonly string[], unwanted: readonly string[]): string | null {
  if (candidate.decision === 'rejected') return `The proposal was rejected: ${candidate.rejection}`;
  if (candidate.decision === 'approved') return null;
  if (isUnwanted(candidate.id, unwanted)) return 'The person asked not to use it.';
  if (!candidate.inspection && candidate.inspectionError)
    return `It could not be inspected: ${candidate.inspectionError}`;
  if (!candidate.overlap && candidate.overlapError)
    return `It could not be checked against the benchmark: ${candidate.overlapError}`;
  return plainObjection(candidate, topic) ?? overlapObjection(candidate);
}

function* checkOverlap(shortlisted: readonly Candidate[]): Generator<Step> {
  const open = shortlisted.filter(
    (candidate) => candidate.inspection && !candidate.setAside && !candidate.overlap && !candidate.proposed,
  );
  if (open.length === 0) return;
  const batch = open.slice(0, atOnce);
  yield {
    text: `Before anything is trained on: do ${batch.map((candidate) => candidate.id).join(', ')} hold items of the benchmark?`,
    calls: batch.map((candidate) =>
      call('check_overlap', { id: candidate.id, ...place(candidate), ...checkedColumns(candidate) }),
    ),
  };
}

function* propose(memory: Memory, shortlisted: readonly Candidate[]): Generator<Step> {
  const proposedBefore = candidates(memory).filter((candidate) => candidate.proposed).length;
  const fit = shortlisted.filter((candidate) => candidate.overlap && !candidate.setAside && !candidate.proposed);
  const room = mostProposals + (approved(memory).length === 0 ? proposedBefore : 0) - proposedBefore;
  const chosen = byPromise(fit, topicWords(memory)).slice(0, Math.max(0, room));
  if (chosen.length === 0) return;
  yield {
    text: `I propose ${chosen.map((candidate) => candidate.id).join(', ')}.`,
    calls: chosen.flatMap((candidate) => proposal(memory, candidate) ?? []),
  };
}

function proposal(memory: Memory, candidate: Candidate): ReturnType<typeof call> | null {
  const mapping = mappingOf(candidate);
  if (!mapping) return null;
  const leaveOut = (candidate.overlap?.hits ?? 0) > 0;
  return call('propose_dataset', {
    id: candidate.id,
    why: why(memory, candidate),
    ...place(candidate),
    mapping,
    ...(leaveOut ? { leaveOutOverlap: true } : {}),
  });
}

function why(memory: Memory, candidate: Candidate): string {
  const { overlap, inspection } = candidate;
  const fits = rehearses(mappingOf(candidate), inspection?.benchmarkPrompt ?? null);
  const papers = notedPapers(memory);
  return [
    fits
      ? "Questions and answers that can be put into the benchmark's own prompt."
      : `Related text in another form (${inspection?.sheet.format}).`,
    `Licence ${inspection?.sheet.licence ?? 'not stated'}; ${overlap?.rows ?? '?'} rows, ${overlap?.hits ?? 0} hits on evaluation items.`,
    ...(papers.length > 0 ? [`Grounds: notes on ${papers.join(', ')}.`] : []),
  ].join(' ');
}

function place(candidate: Candidate): { config?: string; split?: string } {
  const sheet = candidate.inspection?.sheet;
  return sheet ? { config: sheet.config, split: sheet.split } : {};
}

function checkedColumns(candidate: Candidate): { questionColumn?: string; answerColumn?: string } {
  const mapping = mappingOf(candidate);
  const [questionColumn, ...more] = columnsOf(mapping?.prompt ?? '');
  const [answerColumn, ...others] = columnsOf(mapping?.completion ?? '');
  // Whatever is trained on has to be compared: more columns than can be named are compared with all the others.
  return questionColumn && more.length + others.length === 0
    ? { questionColumn, ...(answerColumn ? { answerColumn } : {}) }
    : {};
}
