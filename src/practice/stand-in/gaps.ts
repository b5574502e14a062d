/** Whether the data at hand lacks something that the benchmark asks: from the wrong answers, the rows that were seen and the card. */
import { parseObject, text } from './facts';
import { argument, callsTo, type Memory } from './memory';
import { candidates } from './recall-datasets';
import type { Experiment } from './recall-experiments';
import { sentences } from './quotes';
import { relevance, words } from './words';

export interface Gap {
  /** Ways of asking, with an ellipsis for what is asked about. */
  forms: string[];
  /** Wrong answers to them, of those that were shown. */
  wrong: number;
  shown: number;
  /** What a card says of it, if any does. */
  admitted: string | null;
}

const fewestShown = 4;
const leastShare = 0.5;
const mostForms = 4;
const blank = '…';

/** Most wrong answers are to few ways of asking, none of which any row that was seen asks in. */
export function gapOf(memory: Memory, experiment: Experiment): Gap | null {
  const questions = wrongQuestions(memory, experiment);
  const seen = rowsSeen(memory, experiment);
  const forms = commonForms(questions)
    .filter((form) => !seen.some((question) => fits(form, question)))
    .slice(0, mostForms);
  const wrong = questions.filter((question) => forms.some((form) => fits(form, question))).length;
  if (questions.length < fewestShown || wrong < leastShare * questions.length) return null;
  return { forms, wrong, shown: questions.length, admitted: admission(memory, experiment, forms) };
}

function wrongQuestions(memory: Memory, { id }: Experiment): string[] {
  const answer = callsTo(memory, 'evaluate').findLast((past) => argument(past, 'experiment') === id)?.answer;
  return (answer?.blocks ?? []).flatMap((block) => questionsIn(block.text));
}

function rowsSeen(memory: Memory, experiment: Experiment): string[] {
  return inspected(memory, experiment).flatMap(questionsIn);
}

function inspected(memory: Memory, { sources }: Experiment): string[] {
  const used = new Set(sources.map(({ id }) => id));
  return candidates(memory).flatMap(({ id, inspection }) => (used.has(id) && inspection ? [inspection.text] : []));
}

function questionsIn(lines: string): string[] {
  return lines.split('\n').flatMap((line) => text(parseObject(line)?.question) ?? []);
}

/** The most frequent first: questions that differ in one word only ask the same of different things. */
function commonForms(questions: readonly string[]): string[] {
  const forms = questions.flatMap((question, at) =>
    questions.slice(at + 1).flatMap((other) => formOf(question, other) ?? []),
  );
  const counts = new Map<string, number>();
  for (const form of forms) counts.set(form, (counts.get(form) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([form]) => form);
}

function formOf(question: string, other: string): string | null {
  const [left, right] = [question.split(' '), other.split(' ')];
  const differing = left.flatMap((word, at) => (word === right[at] ? [] : [at]));
  const [only] = differing;
  if (left.length !== right.length || differing.length !== 1 || only === undefined) return null;
  return left.map((word, at) => (at === only ? word.replace(/[\p{L}\p{N}]+/u, blank) : word)).join(' ');
}

function fits(form: string, question: string): boolean {
  const [before = '', after = ''] = form.split(blank);
  return question.startsWith(before) && question.endsWith(after);
}

/** The makers of a dataset often know best what is not in it. */
function admission(memory: Memory, experiment: Experiment, forms: readonly string[]): string | null {
  const asked = words(forms.join(' ')).filter((word) => word.length > 3);
  const said = inspected(memory, experiment)
    .flatMap(sentences)
    .filter((sentence) => /\b(nothing|not|no|without|left out|lacks?|missing)\b/i.test(sentence))
    .sort((a, b) => relevance(b, asked) - relevance(a, asked));
  const [closest] = said;
  return closest !== undefined && relevance(closest, asked) > 0 ? closest : null;
}
