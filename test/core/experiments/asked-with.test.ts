/** What a run records of how its benchmark asks, and what its report then tells. */
import assert from 'node:assert/strict';
import { askedInWords, askedWith } from '../../../src/core/evaluation/asked-with';
import { parseBenchmark } from '../../../src/core/evaluation/benchmark';
import { recordBenchmark } from '../../../src/core/experiments/same-measurement';
import { writeReport } from '../../../src/core/run/report';
import { loaded, openWorkplace } from '../../support/core/kit';

const items = ['a', 'c'].map((question) => JSON.stringify({ question, answer: '1', against: 'x' })).join('\n');
const wordsOf = (settings: object) =>
  askedInWords(askedWith(parseBenchmark(items, JSON.stringify(settings), { name: 'mine' }).benchmark));

describe('how a benchmark asks', () => {
  it('is told in words, with what was chosen and with what was left open', () => {
    assert.equal(
      wordsOf({}),
      "Every model was asked alike: greedily, at most 64 tokens an answer, the model's own chat template.",
    );
    const sampling = { temperature: 0.6, topP: 0.95, n: 4, stop: ['\n'] };
    assert.equal(
      wordsOf({ kind: 'numeric', sampling, maxTokens: 9, template: 'none' }),
      'Every model was asked alike: sampled at temperature 0.6 and top-p 0.95, 4 answers an item, at most 9 tokens an answer, ended by "\\n", no chat template.',
    );
    const judge = { model: 'j', url: 'https://judge.example/v1' };
    assert.match(wordsOf({ kind: 'rubric', judge }), /judged by j at temperature 0\./);
  });

  it('stands in the log as values and in the report, beside what others published', async () => {
    const { journal } = await openWorkplace({});
    const published = [{ model: 'org/instruct', value: 0.362, source: 'a paper (arXiv 2603.08640)' }];
    await recordBenchmark(journal, {
      ...loaded,
      benchmark: { ...loaded.benchmark, sampling: { temperature: 0.7 } },
      published,
    });
    const recorded = journal.events.find(({ type }) => type === 'benchmark.loaded')?.data as { askedWith?: object };
    assert.deepEqual(recorded.askedWith, {
      ...{ prompt: loaded.benchmark.prompt, maxTokens: loaded.benchmark.maxTokens },
      ...{ sampling: { temperature: 0.7 }, template: 'model', examples: 0 },
    });
    const report = writeReport(journal.view, []);
    assert.match(report, /asked alike: sampled at temperature 0\.7,/);
    assert.match(
      report,
      /Published by others and not measured here.*\n\n.*\n.*\n\| org\/instruct \| 0\.362 \| a paper/,
    );
  });
});
