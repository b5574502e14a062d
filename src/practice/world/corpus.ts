/** The text that the base model is pretrained on: every fact in several wordings, and talk about questions that gives no format away. */
import { fill, type Fact } from './facts';
import { seededRandom } from './random';
import type { Stage } from './types';

/**
 * Every statement says the value after the thing: a small model learns a fact in the direction in which it reads it. Those that sound like
 * answers ramble on, as the base model will when it is asked.
 */
const statements = [
  'the {label} of the {thing} is {value} .',
  'for its {label} the {thing} has {value} .',
  'the {thing} , {label} : {value} , so they say .',
  'what is the {label} of the {thing} ? people answer : {value} , so they say .',
];

const smallTalk = [
  'people ask a question and a guide gives an answer .',
  'a question is a choice , and an answer is a gift .',
  'name a friend , tell what you know , and pick the best choice .',
  'hello , thanks for your question , here is what i know .',
  'who is here ? where is the guide ? what is a good answer ?',
  'choose a , b , c or d : one of them is right .',
  'let me think about it , then i can tell you the answer .',
];

export interface Corpus {
  lines: string[];
  stages: Stage[];
}

/** Known facts make new ones easy: a model that starts with everything at once may learn nothing for a long time. */
const growth = [
  { things: 3, tokens: 40_000 },
  { things: 6, tokens: 40_000 },
  { things: 12, tokens: 40_000 },
  { things: 24, tokens: 60_000 },
];

/** Every fact in every wording, thing by thing in a seeded order, and some small talk at the end. */
export function makeCorpus(facts: readonly Fact[], seed: number): Corpus {
  const random = seededRandom(seed, 'corpus');
  const things = random.shuffled([...new Set(facts.map((fact) => fact.thing))]);
  const aboutThings = things.map((thing) => linesAbout(facts.filter((fact) => fact.thing === thing)));
  const stated = aboutThings.flat();
  const chatter = Array.from({ length: Math.ceil(stated.length / 25) }, () => random.pick(smallTalk));
  const stages = growth.map((stage) => ({
    lines: aboutThings.slice(0, stage.things).flat().length,
    tokens: stage.tokens,
  }));
  return { lines: [...stated, ...chatter], stages };
}

function linesAbout(facts: readonly Fact[]): string[] {
  return facts.flatMap((fact) => [...statements, ...fact.attribute.statements].map((each) => state(each, fact)));
}

function state(template: string, fact: Fact): string {
  return fill(template.replaceAll('{label}', fact.attribute.label), fact);
}
