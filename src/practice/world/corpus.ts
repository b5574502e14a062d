/** The text that the base model is pretrained on: every fact in several wordings, and talk about questions that gives no format away. */
import { fill, type Fact } from './facts';
import { seededRandom } from './random';

const commonStatements = [
  'the {label} of the {thing} is {value} .',
  '{value} is the {label} of the {thing} .',
  'for its {label} the {thing} has {value} .',
  'ask about the {label} of the {thing} and people say {value} .',
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

const entriesPerThing = 6;

/** Lines in a seeded order: statements one by one, almanac entries with all of a thing's facts, and small talk. */
export function makeCorpus(facts: readonly Fact[], seed: number): string[] {
  const random = seededRandom(seed, 'corpus');
  const statements = facts.flatMap((fact) =>
    [...commonStatements, ...fact.attribute.statements].map((template) => state(template, fact)),
  );
  const things = [...new Set(facts.map((fact) => fact.thing))];
  const entries = things.flatMap((thing) => {
    const known = facts.filter((fact) => fact.thing === thing);
    return Array.from({ length: entriesPerThing }, () => entry(thing, random.shuffled(known)));
  });
  const chatter = Array.from({ length: Math.ceil(statements.length / 25) }, () => random.pick(smallTalk));
  return random.shuffled([...statements, ...entries, ...chatter]);
}

function state(template: string, fact: Fact): string {
  return fill(template.replaceAll('{label}', fact.attribute.label), fact);
}

/** As an almanac prints it: the thing, then its facts in any order. */
function entry(thing: string, facts: readonly Fact[]): string {
  return `the ${thing} : ${facts.map((fact) => `${fact.attribute.label} ${fact.value}`).join(' , ')} .`;
}
