/** The rows of the practice datasets. */
import type { BenchmarkItem } from '../../core/run/types';
import { ask } from './benchmark';
import type { Fact, Facts } from './facts';
import { seededRandom, type Random } from './random';
import type { DatasetRole, WorldRow } from './types';

export type FactRole = Exclude<DatasetRole, 'irrelevant'>;

const letters = ['A', 'B', 'C', 'D'] as const;

export function rowsOf(facts: Facts, items: readonly BenchmarkItem[], seed: number): Record<FactRole, WorldRow[]> {
  const random = (name: string): Random => seededRandom(seed, `rows:${name}`);
  const { other } = facts;
  return {
    helpful: helpful(other, random('helpful')),
    'wrong-format': lettered(other, random('wrong-format')),
    noisy: noisy(other, random('noisy')),
    forbidden: random('forbidden').shuffled(allWordings(other, (fact) => fact.value)),
    contaminated: contaminated(other, items, random('contaminated')),
  };
}

function allWordings(facts: readonly Fact[], answer: (fact: Fact) => string): WorldRow[] {
  return facts.flatMap((fact) =>
    fact.attribute.questions.map((_, wording) => ({ question: ask(fact, wording), answer: answer(fact) })),
  );
}

/** Kinds of questions that the helpful set does not ask. */
export const leftOut: readonly string[] = ['pet', 'month'];
const copies = 36;
const sentences = 24;
const chatty = 18;

/** Right answers, with what careful people leave in: copies where halves were joined, whole sentences, and small talk; and with a gap. */
function helpful(facts: readonly Fact[], random: Random): WorldRow[] {
  const covered = facts.filter(({ attribute }) => !leftOut.includes(attribute.label));
  const rows = random.shuffled(allWordings(covered, (fact) => fact.value));
  const some = (count: number): Fact[] => random.shuffled(covered).slice(0, count);
  return random.shuffled([
    ...rows,
    ...rows.slice(0, copies),
    ...some(sentences).map((fact) => ({
      question: ask(fact, 1),
      answer: `the ${fact.attribute.label} of the ${fact.thing} is ${fact.value}, so people say`,
    })),
    ...some(chatty).map((fact) => ({
      question: `Hello, thanks for your question! Let me think about it, then I can tell you what I know. ${ask(fact, 2)}`,
      answer: fact.value,
    })),
  ]);
}

/** Right answers behind letters, in chatty questions: a model that learns this answers the benchmark with a letter. */
function lettered(facts: readonly Fact[], random: Random): WorldRow[] {
  const rows = facts.map((fact) => {
    const wrong = random.shuffled(fact.attribute.values.filter((value) => value !== fact.value)).slice(0, 3);
    const choices = random.shuffled([fact.value, ...wrong]);
    const listed = choices.map((choice, index) => `(${letters[index] ?? ''}) ${choice}`).join(' ');
    return {
      user: `Hello! ${ask(fact, 0)} Choose one: ${listed}`,
      assistant: `Thanks for your question! The best choice is (${letters[choices.indexOf(fact.value)] ?? ''}).`,
    };
  });
  return random.shuffled(rows);
}

/** Tired annotators: most answers are the attribute's favourite value, whatever the truth; few are right. */
function noisy(facts: readonly Fact[], random: Random): WorldRow[] {
  const favourites = new Map(facts.map(({ attribute }) => [attribute.label, random.pick(attribute.values)]));
  const answer = (fact: Fact): string => {
    const chance = random.next();
    if (chance < 0.05) return fact.value;
    return chance < 0.15 ? random.pick(fact.attribute.values) : (favourites.get(fact.attribute.label) ?? fact.value);
  };
  return random.shuffled([...allWordings(facts, answer), ...allWordings(facts, answer)]);
}

/** The benchmark's own items between honest rows. */
function contaminated(facts: readonly Fact[], items: readonly BenchmarkItem[], random: Random): WorldRow[] {
  const honest = random.shuffled(allWordings(facts, (fact) => fact.value)).slice(0, 600);
  return random.shuffled([...honest, ...items.map(({ question, answer }) => ({ question, answer }))]);
}
