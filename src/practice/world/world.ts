/** The practice world: everything follows from one seed, the same on every machine. */
import { makeItems, makeSettings } from './benchmark';
import { repositories } from './code';
import { makeCorpus } from './corpus';
import { makeDatasets } from './datasets';
import { docs } from './docs';
import { makeFacts } from './facts';
import { papers } from './papers';
import type { PracticeWorld, Pretraining } from './types';

export const baseModelId = 'practice/almanac-tiny';

/** Enough for the model to know every fact by heart; more changes nothing. */
const pretraining: Omit<Pretraining, 'stages'> = {
  tokens: 900_000,
  batch_lines: 64,
  learning_rate: 0.003,
  hidden_size: 128,
  intermediate_size: 384,
  layers: 4,
  heads: 4,
};

export function makeWorld(seed: number): PracticeWorld {
  const facts = makeFacts(seed);
  const items = makeItems(facts.asked, seed);
  const settings = makeSettings();
  const corpus = makeCorpus([...facts.asked, ...facts.other], seed);
  const datasets = makeDatasets(facts, items, seed);
  const texts = [
    ...corpus.lines,
    ...[settings.prompt, ...items.map((item) => item.question), ...settings.options],
    ...datasets.flatMap((dataset) => dataset.rows.flatMap((row) => Object.values(row))),
  ];
  return {
    seed,
    corpus: corpus.lines,
    pretraining: { ...pretraining, stages: corpus.stages },
    vocabulary: wordsIn(texts),
    benchmark: { items, settings },
    datasets,
    papers: [...papers],
    docs,
    repositories,
    baseModel: {
      id: baseModelId,
      metadata: { license: 'apache-2.0', language: ['en'], pretty_name: 'Almanac Tiny', tags: ['base-model'] },
      text: '# Almanac Tiny\n\nA tiny base model, pretrained from scratch on the text of an invented almanac. It completes statements; it has never been asked in the way of a test.\n',
      downloads: 77,
      likes: 3,
      createdAt: '2026-04-01T07:00:00.000Z',
    },
  };
}

/** Words and runs of punctuation, lower case: what the base model's tokenizer splits text into. */
function wordsIn(texts: readonly string[]): string[] {
  const found = new Set<string>();
  for (const text of texts) for (const [word] of text.toLowerCase().matchAll(/\w+|[^\w\s]+/g)) found.add(word);
  return [...found].sort();
}
