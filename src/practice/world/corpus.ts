/** The text that the base model is pretrained on: every fact in several wordings, and talk about questions that gives no format away. */
import { fill, type Fact } from './facts';
import { seededRandom } from './random';

/** The value always comes last: a small model learns a fact in the direction in which it reads it. */
const statements = [
  'the {label} of the {thing} is {value} .',
  'for its {label} the {thing} has {value} .',
  'about the {label} of the {thing} people say {value} .',
  'what is the {label} of the {thing} ? people say it is {value} .',
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
  /** So many lines at the start are about a few things only: read first, they teach how things have attributes. */
  primerLines: number;
}

const primerThings = 8;

/** Every fact in every wording, and some small talk, in a seeded order behind the primer. */
export function makeCorpus(facts: readonly Fact[], seed: number): Corpus {
  const random = seededRandom(seed, 'corpus');
  const primed = new Set(random.shuffled([...new Set(facts.map((fact) => fact.thing))]).slice(0, primerThings));
  const linesAbout = (wanted: boolean): string[] =>
    facts
      .filter((fact) => primed.has(fact.thing) === wanted)
      .flatMap((fact) => [...statements, ...fact.attribute.statements].map((each) => state(each, fact)));
  const primer = random.shuffled(linesAbout(true));
  const rest = linesAbout(false);
  const chatter = Array.from({ length: Math.ceil(rest.length / 25) }, () => random.pick(smallTalk));
  return { lines: [...primer, ...random.shuffled([...rest, ...chatter])], primerLines: primer.length };
}

function state(template: string, fact: Fact): string {
  return fill(template.replaceAll('{label}', fact.attribute.label), fact);
}
