import assert from 'node:assert/strict';
import { parseBenchmark } from '../../../src/core/evaluation/benchmark';
import { MlInternError } from '../../../src/core/errors';

const lines = (...items: object[]): string => items.map((item) => JSON.stringify(item)).join('\n');
const good = lines({ id: 'a', question: 'One?', answer: '1' }, { id: 'b', question: 'Two?', answer: '2' });

function refused(text: string, settings?: string): MlInternError {
  try {
    parseBenchmark(text, settings, { name: 'mini' });
  } catch (error) {
    assert.ok(MlInternError.is(error, 'benchmark-invalid'), String(error));
    assert.ok(error.message.includes('mini') && error.next.length > 10);
    return error;
  }
  return assert.fail('It was accepted.');
}

describe('parseBenchmark', () => {
  it('reads items and fills in the settings', () => {
    const { benchmark, items } = parseBenchmark(good, undefined, { name: 'mini' });
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
    const { benchmark } = parseBenchmark(good, JSON.stringify({ ...settings, licence: 'mit', metric: 'exact' }), {
      name: 'mini',
    });
    assert.deepEqual(
      { ...benchmark, itemsHash: '', items: 0, settingsHash: '' },
      { ...settings, metric: 'exact', itemsHash: '', items: 0, settingsHash: '' },
    );
  });

  it('numbers items without ids by their line, reads numbers as answers, skips blank lines and a byte order mark', () => {
    const { items } = parseBenchmark(
      `\uFEFF${lines({ question: 'A?', answer: 4 })}\r\n\r\n${lines({ question: 'B?', answer: true })}\n`,
      undefined,
      { name: 'mini' },
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

  describe('of a kind', () => {
    const of = (items: object[], settings: object, files?: Record<string, string>) =>
      parseBenchmark(lines(...items), JSON.stringify(settings), { name: 'mini', files });
    const two = (item: object) => [
      { ...item, id: 1 },
      { ...item, id: 2 },
    ];
    const choices = ['tin', 'gold'];
    const judge = { model: 'j', url: 'http://127.0.0.1:1/v1' };

    it('has the defaults of its kind and keeps every setting', () => {
      const settings = { kind: 'choice', shuffleSeed: 3, system: 'Be brief.', sampling: { temperature: 0.7, n: 4 } };
      const { benchmark } = of(two({ question: 'Which?', answer: 'gold', choices }), settings);
      assert.deepEqual([benchmark.metric, benchmark.kind, benchmark.shuffleSeed], ['accuracy', 'choice', 3]);
      assert.deepEqual([benchmark.system, benchmark.sampling], ['Be brief.', { temperature: 0.7, n: 4 }]);
      assert.ok(benchmark.prompt.includes('{choices}'));
      const other = of(two({ question: 'Which?', answer: 'gold', choices }), { ...settings, shuffleSeed: 4 });
      assert.notEqual(other.benchmark.settingsHash, benchmark.settingsHash);
      assert.equal(other.benchmark.itemsHash, benchmark.itemsHash);
    });

    it('takes examples and a template from files beside it', () => {
      const settings = { kind: 'numeric', fewShot: { file: 'shots.jsonl', n: 1 }, template: 'own.jinja' };
      const shots = lines({ question: '1+1?', answer: 2, solution: 'It is 2.' }, { question: '1+2?', answer: 3 });
      const files = { 'shots.jsonl': shots, 'own.jinja': '{{ x }}' };
      const { benchmark } = of(two({ question: '2+2?', answer: 4 }), settings, files);
      assert.deepEqual(benchmark.template, { text: '{{ x }}' });
      assert.deepEqual(
        benchmark.fewShot?.items.map(({ answer, solution }) => [answer, solution]),
        [
          ['2', 'It is 2.'],
          ['3', undefined],
        ],
      );
      assert.match(refusedOf(two({ question: 'q', answer: 1 }), settings), /the file own.jinja, which cannot be read/);
    });

    const refusedOf = (items: object[], settings: object): string =>
      refused(lines(...items), JSON.stringify(settings)).message;
    const bad: [string, object, object, RegExp][] = [
      ['choice without choices', { question: 'q', answer: 'A' }, { kind: 'choice' }, /line 1 has no "choices"/],
      ['a wrong choice', { question: 'q', answer: 'C', choices }, { kind: 'choice' }, /neither one of its choices/],
      ['no number', { question: 'q', answer: 'many' }, { kind: 'numeric' }, /"many", which is no number/],
      ['a broken pattern', { question: 'q', answer: '(' }, { kind: 'regex' }, /not a regular expression/],
      ['code without tests', { question: 'q' }, { kind: 'code' }, /has no "tests"/],
      ['a rubric without criteria', { question: 'q' }, { kind: 'rubric', judge }, /neither a "rubric"/],
      [
        'a rubric without a judge',
        { question: 'q', against: 'x' },
        { kind: 'rubric' },
        /graded by a judge, and none is named/,
      ],
      ['likelihood of text', { question: 'q', answer: 'x' }, { by: 'likelihood' }, /is for the kind choice/],
      ['an unknown kind', { question: 'q', answer: 'x' }, { kind: 'essay' }, /"kind" is not allowed/],
    ];
    for (const [name, item, settings, words] of bad) {
      it(`refuses ${name}`, () => assert.match(refusedOf(two(item), settings), words));
    }

    it('is judged by whom the person names, as the benchmark asks, and that is another measurement', () => {
      const rubric = [{ criterion: 'c', points: 1 }];
      const settings = JSON.stringify({ kind: 'rubric', judge: { ...judge, prompt: 'Well?' } });
      const parsed = (own?: typeof judge) =>
        parseBenchmark(lines(...two({ question: 'q', rubric })), settings, { name: 'mini', judge: own }).benchmark;
      const own = { model: 'mine', url: 'https://judge.example/v1' };
      assert.deepEqual(parsed(own).judge, { ...own, temperature: 0, prompt: 'Well?' });
      assert.notEqual(parsed(own).settingsHash, parsed().settingsHash);
      assert.equal(parseBenchmark(good, '{}', { name: 'mini', judge: own }).benchmark.judge, undefined);
    });

    it('needs no reference where tests or a judge decide', () => {
      const rubric = [{ criterion: 'is kind', points: 2 }];
      assert.equal(of(two({ question: 'q', rubric }), { kind: 'rubric', judge }).items[0]?.answer, '');
      assert.equal(of(two({ question: 'q', tests: 'assert True' }), { kind: 'code' }).items[0]?.tests, 'assert True');
      assert.equal(of(two({ question: 'q', against: 'x' }), { kind: 'rubric', judge }).benchmark.judge?.temperature, 0);
    });
  });
});
