import assert from 'node:assert/strict';
import { benchmarks } from '../../../src/core/data/benchmarks';
import { benchmarkNamed, knownRelations, relationText } from '../../../src/core/data/known-overlap';

describe('what the names of a dataset give away', () => {
  it('knows an evaluation by its file, its id and its task', () => {
    assert.equal(benchmarkNamed('gsm8k-test.jsonl'), 'GSM8K');
    assert.equal(benchmarkNamed('Idavidrein/gpqa'), 'GPQA');
    assert.equal(benchmarkNamed('openai_humaneval'), 'HumanEval');
    assert.equal(benchmarkNamed('AIME_2025.parquet'), 'AIME');
    assert.equal(benchmarkNamed('cais/mmlu'), 'MMLU');
    assert.equal(benchmarkNamed('almanac.jsonl'), null);
  });

  it('tells the evaluation itself from what was made of it', () => {
    const relations = (evaluation: string | null, ...ids: string[]) =>
      knownRelations(evaluation, { ids }).map(({ benchmark, relation }) => `${benchmark} ${relation}`);
    assert.deepEqual(relations('GSM8K', 'openai/gsm8k'), ['GSM8K same']);
    assert.deepEqual(relations('GSM8K', 'meta-math/MetaMathQA'), ['GSM8K derived']);
    assert.deepEqual(relations('HumanEval', 'evalplus/humanevalplus', 'HumanEval+'), [
      'HumanEval derived',
      'HumanEval derived',
    ]);
    assert.deepEqual(relations('MMLU', 'meta-math/MetaMathQA'), []);
    assert.deepEqual(relations(null, 'meta-math/MetaMathQA'), ['GSM8K derived', 'MATH derived']);
  });

  it('reads source columns and cards, and says where it stood', () => {
    const named = { sources: ['gsm-plus', 'wiki'], card: 'Questions were taken from HumanEval and from our own team.' };
    assert.deepEqual(
      knownRelations(null, named).map(({ where, named: text }) => [where, text]),
      [
        ['source', 'gsm plus'],
        ['card', 'humaneval'],
      ],
    );
    assert.match(
      relationText(knownRelations('GSM8K', named)[0] ?? assert.fail()),
      /^The source gsm plus of its rows is known as derived from GSM8K/,
    );
  });

  it('does not take a word within a word for a benchmark', () => {
    assert.deepEqual(knownRelations(null, { ids: ['research-notes', 'architecture', 'arcade-games', 'raindrop'] }), []);
  });

  it('holds names as they are compared: lower-case words', () => {
    const names = benchmarks.flatMap(({ aliases, derived }) => [...aliases, ...derived]);
    assert.deepEqual(
      names.filter((name) => !/^[a-z0-9]+( [a-z0-9]+)*$/.test(name)),
      [],
    );
  });
});
