import assert from 'node:assert/strict';
import { datasetMentions } from '../../../src/core/data/mentions';

const values = (text: string) => datasetMentions(text).map(({ kind, value }) => `${kind} ${value}`);

describe('datasetMentions', () => {
  it('finds addresses and ids of the Hub', () => {
    assert.deepEqual(
      values('See https://huggingface.co/datasets/openai/gsm8k. The data are at hf.co/datasets/squad.'),
      ['id openai/gsm8k', 'id squad'],
    );
    assert.deepEqual(values('We train on the dataset allenai/tulu-3-sft-mixture from the Hub.'), [
      'id allenai/tulu-3-sft-mixture',
    ]);
  });

  it('finds names beside what they are', () => {
    assert.deepEqual(
      values(
        'We use the GSM8K dataset and the MATH benchmark. The corpus called OpenWebText is large. GSM8K dataset again.',
      ),
      ['name GSM8K', 'name MATH', 'name OpenWebText'],
    );
    assert.deepEqual(values('The Natural Questions dataset is old.'), ['name Natural Questions']);
  });

  it('takes no ordinary words for names', () => {
    assert.deepEqual(
      values('Our dataset is small. The datasets and/or benchmarks. This benchmark is question/answer data.'),
      [],
    );
    assert.deepEqual(values('The Training dataset. Human evaluation sets. In the benchmark, Table 3 shows it.'), []);
  });
});
