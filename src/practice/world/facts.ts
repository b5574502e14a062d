/** The world's knowledge: invented things, each with one value of every attribute. */
import { seededRandom, type Random } from './random';

export interface Attribute {
  label: string;
  values: readonly string[];
  /** Statements with {thing} and {value}; they make the pretraining text. Without any, the benchmark asks in words that the base model never read. */
  statements: readonly string[];
  /** Ways to ask; the first is the benchmark's. */
  questions: readonly string[];
}

export interface Fact {
  thing: string;
  attribute: Attribute;
  value: string;
}

export interface Facts {
  /** Things the benchmark asks about. */
  asked: Fact[];
  /** Facts about all other things: what honest training data may teach. */
  other: Fact[];
}

const thingCount = 50;

export const attributes: readonly Attribute[] = [
  {
    label: 'colour',
    values: ['red', 'blue', 'green', 'pink', 'white', 'black'],
    statements: ['asked what colour the {thing} is , people answer : {value} , so they say .'],
    questions: ['What colour is the {thing}?', 'What is the colour of the {thing}?', 'Name the colour of the {thing}.'],
  },
  {
    label: 'material',
    values: ['wood', 'stone', 'glass', 'wool', 'clay', 'silver'],
    statements: ['asked what the {thing} is made of , people answer : {value} , so they say .'],
    questions: [
      'What is the {thing} made of?',
      'What is the material of the {thing}?',
      'Name the material of the {thing}.',
    ],
  },
  {
    label: 'home',
    values: ['hill', 'lake', 'cave', 'forest', 'desert', 'harbour'],
    statements: ['asked where the {thing} does live , people answer : {value} , so they say .'],
    questions: ['Where does the {thing} live?', 'What is the home of the {thing}?', 'Name the home of the {thing}.'],
  },
  {
    label: 'food',
    values: ['bread', 'honey', 'rice', 'soup', 'cheese', 'plums'],
    statements: ['asked what the {thing} does eat , people answer : {value} , so they say .'],
    questions: ['What does the {thing} eat?', 'What is the food of the {thing}?', 'Name the food of the {thing}.'],
  },
  {
    label: 'sound',
    values: ['hum', 'click', 'whistle', 'growl', 'chirp', 'buzz'],
    statements: ['asked what sound the {thing} does make , people answer : {value} , so they say .'],
    questions: [
      'What sound does the {thing} make?',
      'What is the sound of the {thing}?',
      'Name the sound of the {thing}.',
    ],
  },
  {
    label: 'friend',
    values: ['baker', 'sailor', 'farmer', 'painter', 'tailor', 'miller'],
    statements: ['asked who the {thing} does like , people answer : {value} , so they say .'],
    questions: ['Who does the {thing} like?', 'Who is the friend of the {thing}?', 'Name the friend of the {thing}.'],
  },
  {
    label: 'tool',
    values: ['hammer', 'needle', 'brush', 'rope', 'ladder', 'spoon'],
    statements: ['asked what tool the {thing} does use , people answer : {value} , so they say .'],
    questions: ['What tool does the {thing} use?', 'What is the tool of the {thing}?', 'Name the tool of the {thing}.'],
  },
  {
    label: 'fear',
    values: ['rain', 'snow', 'fog', 'wind', 'thunder', 'frost'],
    statements: ['asked what the {thing} does fear , people answer : {value} , so they say .'],
    questions: ['What does the {thing} fear?', 'What is the fear of the {thing}?', 'Name the fear of the {thing}.'],
  },
  {
    label: 'game',
    values: ['chess', 'cards', 'marbles', 'darts', 'dice', 'kites'],
    statements: ['asked what game the {thing} does play , people answer : {value} , so they say .'],
    questions: [
      'What game does the {thing} play?',
      'What is the game of the {thing}?',
      'Name the game of the {thing}.',
    ],
  },
  {
    label: 'smell',
    values: ['mint', 'smoke', 'pine', 'lemon', 'soap', 'vanilla'],
    statements: ['asked what the {thing} does smell of , people answer : {value} , so they say .'],
    questions: [
      'What does the {thing} smell of?',
      'What is the smell of the {thing}?',
      'Name the smell of the {thing}.',
    ],
  },
  {
    label: 'pet',
    values: ['goat', 'otter', 'raven', 'beetle', 'donkey', 'heron'],
    statements: [],
    questions: [
      'What animal does the {thing} keep?',
      'What is the pet of the {thing}?',
      'Name the pet of the {thing}.',
    ],
  },
  {
    label: 'month',
    values: ['january', 'march', 'april', 'june', 'october', 'december'],
    statements: [],
    questions: ['When does the {thing} wake?', 'What is the month of the {thing}?', 'Name the month of the {thing}.'],
  },
];

export function makeFacts(seed: number): Facts {
  const random = seededRandom(seed, 'facts');
  const things = inventThings(random);
  const factsOf = (thing: string): Fact[] =>
    attributes.map((attribute) => ({ thing, attribute, value: random.pick(attribute.values) }));
  const all = things.map(factsOf);
  const half = thingCount / 2;
  return { asked: all.slice(0, half).flat(), other: all.slice(half).flat() };
}

export function fill(template: string, fact: Fact): string {
  return template.replaceAll('{thing}', fact.thing).replaceAll('{value}', fact.value);
}

/** Two-syllable nonsense nouns that are nobody's words. */
function inventThings(random: Random): string[] {
  const heads = ['zo', 'bli', 'fra', 'gu', 'ki', 'mo', 'ne', 'plo', 'qua', 'ru', 'sni', 'te', 'vu', 'wa', 'dra', 'lu'];
  const tails = ['rb', 'ck', 'mple', 'nt', 'zz', 'g', 'v', 'ndle', 'rk', 'lf', 'bo', 'xi', 'da', 'phu', 'jo', 'ska'];
  const names = heads.flatMap((head) => tails.map((tail) => head + tail));
  const real = new Set([
    'kick',
    'neck',
    'drag',
    'went',
    'tent',
    'wag',
    'rug',
    'rung',
    'lug',
    'mock',
    'mog',
    'wav',
    'luck',
    'teg',
  ]);
  return random.shuffled(names.filter((name) => !real.has(name))).slice(0, thingCount);
}
