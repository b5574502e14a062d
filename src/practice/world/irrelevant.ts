/** Rows of datasets that have nothing to do with the benchmark: noise in the search results. */
import type { Random } from './random';
import type { WorldRow } from './types';

const rowCount = 120;
const weather = ['rain', 'snow', 'fog', 'wind', 'thunder', 'frost'];
const boats = ['the red boat', 'the blue boat', 'a white boat', 'no boat'];
const breads = ['bread', 'soup', 'rice', 'cheese'];
const extras = ['honey', 'mint', 'lemon', 'plums'];
const animals = ['goat', 'otter', 'raven', 'beetle', 'donkey', 'heron'];
const numbers = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'];

export const irrelevantRows: Readonly<Record<string, (random: Random) => WorldRow[]>> = {
  'tidewatch/harbour-log-notes': (random) => many(() => harbourNote(random)),
  'millstone/bakers-short-recipes': (random) => many(() => recipe(random)),
  'abacus-club/counting-drills': (random) => many(() => drill(random)),
};

function many(make: () => WorldRow): WorldRow[] {
  return Array.from({ length: rowCount }, make);
}

function harbourNote(random: Random): WorldRow {
  const kind = random.pick(weather);
  return { note: `${kind} over the harbour until three, then ${random.pick(boats)} and more ${kind}`, kind };
}

function recipe(random: Random): WorldRow {
  const dish = random.pick(breads);
  return { dish, recipe: `Make ${dish} with ${random.pick(extras)}, wait, and eat it with a spoon.` };
}

function drill(random: Random): WorldRow {
  const left = random.below(4);
  const right = random.below(4);
  const animal = random.pick(animals);
  return {
    question: `How many is ${numbers[left] ?? ''} ${animal} and ${numbers[right] ?? ''} more?`,
    answer: numbers[left + right + 1] ?? '',
  };
}
