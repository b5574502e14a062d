/** Datasets in the shapes of three presets, one of them gated, for a miniature Hub. */
import type { WorldContent } from '../../src/practice/servers/content';
import { dataset, lines, smallWorld } from './small-world';

/** More than the dataset viewer would give. */
export const testRows = 1200;

const sums = (count: number, name: string) =>
  lines(
    Array.from({ length: count }, (_, n) => ({
      question: `${name}: ${n} pears and 2 more?`,
      answer: `So.\n#### ${n + 2}`,
    })),
  );

export function presetWorld(): WorldContent {
  const files = { 'main/test.jsonl': sums(testRows, 'test'), 'main/train.jsonl': sums(30, 'train') };
  const data_files = ['test', 'train'].map((split) => ({ split, path: `main/${split}.jsonl` }));
  const configs = [{ config_name: 'main', data_files }];
  const gpqa = {
    license: 'cc-by-4.0',
    configs: [{ config_name: 'gpqa_main', data_files: [{ split: 'train', path: 'gpqa_main.csv' }] }],
  };
  const instructions = Array.from({ length: 4 }, (_, n) => ({
    ...{ key: 1000 + n, prompt: `Say ${n} things.`, instruction_id_list: ['punctuation:no_comma'] },
    kwargs: [{ num_words: n, relation: null }],
  }));
  const added = [
    dataset('google/IFEval', { files: { 'ifeval.jsonl': lines(instructions) }, metadata: { license: 'apache-2.0' } }),
    dataset('openai/gsm8k', { files, metadata: { license: 'mit', configs } }),
    dataset('Idavidrein/gpqa', { gated: 'auto', files: { 'gpqa_main.csv': 'Question\na\n' }, metadata: gpqa }),
  ];
  return { ...smallWorld(), datasets: added };
}
