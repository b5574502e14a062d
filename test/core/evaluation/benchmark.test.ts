import assert from 'node:assert/strict';
import { parseBenchmark } from '../../../src/core/evaluation/benchmark';
import { MlInternError } from '../../../src/core/errors';

const lines = (...items: object[]): string => items.map((item) => JSON.stringify(item)).join('\n');
const good = lines({ id: 'a', question: 'One?', answer: '1' }, { id: 'b', question: 'Two?', answer: '2' });

function refused(text: string, settings?: string): MlInternError {
  try {
    parseBenchmark(text, settings, 'mini');
  } catch (error) {
    assert.ok(MlInternError.is(error, 'benchmark-invalid'), String(error));
    assert.ok(error.message.includes('mini') && error.next.length > 10);
    return error;
  }
  return assert.fail('It was accepted.');
}

describe('parseBenchmark', () => {
  it('reads items and fills in the settings', () => {
    const { benchmark, items } = parseBenchmark(good, undefined, 'mini');
    assert.equal(benchmark.name, 'mini');
    assert.equal(benchmark.items, 2);
    assert.ok(benchmark.prompt.includes('{question}') && benchmark.maxTokens > 0);
    assert.match(benchmark.itemsHash, /^[0-9a-f]{64}$/);
    assert.deepEqual(items[0], { id: 'a', question: 'One?', answer: '1' });
  });

  it('takes the settings beside it', () => {
    const settings = {
      name: 'Mini',
      prompt: 'Q {question}',
      answerPattern: '(\\d)',
      options: ['1', '2'],
      maxTokens: 3,
    };
    const { benchmark } = parseBenchmark(
      good,
      JSON.stringify({ ...settings, licence: 'mit', metric: 'exact' }),
      'mini',
    );
    assert.deepEqual(
      { ...benchmark, itemsHash: '', items: 0 },
      { ...settings, metric: 'exact', itemsHash: '', items: 0 },
    );
  });

  it('numbers items without ids by their line, reads numbers as answers, skips blank lines and a byte order mark', () => {
    const { items } = parseBenchmark(
      `\uFEFF${lines({ question: 'A?', answer: 4 })}\r\n\r\n${lines({ question: 'B?', answer: true })}\n`,
      undefined,
      'mini',
    );
    assert.deepEqual(items, [
      { id: '1', question: 'A?', answer: '4' },
      { id: '3', question: 'B?', answer: 'true' },
    ]);
  });

  it('names the broken line', () => {
    assert.match(refused(`${good}\n{"question": "Three?"`).message, /line 3 is not JSON/);
    assert.match(refused(`${good}\n[1]`).message, /line 3/);
  });

  it('names the missing or empty field', () => {
    assert.match(refused(`${good}\n${lines({ question: 'Three?' })}`).message, /line 3, "answer" is missing/);
    assert.match(refused(`${good}\n${lines({ question: ' ', answer: 'x' })}`).message, /line 3, "question" is empty/);
  });

  it('names both lines of a duplicate id', () => {
    assert.match(refused(`${good}\n${lines({ id: 'a', question: 'C?', answer: '3' })}`).message, /line 3 .* line 1: a/);
  });

  it('refuses files without items, and those that cannot be split', () => {
    assert.match(refused('').message, /no items/);
    assert.match(refused('\n \n').message, /no items/);
    assert.match(refused(lines({ question: 'A?', answer: 'b' })).message, /single item/);
  });

  it('refuses settings that cannot work', () => {
    assert.match(refused(good, '{').message, /settings file is not JSON/);
    assert.match(refused(good, '{"prompt": "no place"}').message, /"prompt".*\{question\}/);
    assert.match(refused(good, '{"answerPattern": "("}').message, /not a regular expression/);
    assert.match(refused(good, '{"answerPattern": "abc"}').message, /no group/);
    assert.match(refused(good, '{"metric": "bleu"}').message, /"metric"/);
    assert.match(refused(good, '{"options": ["1"]}').message, /item b, "2", is not among the options/);
  });
});
