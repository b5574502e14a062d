/** Rows of the presets' datasets, made up in their shapes, become items that can be asked and graded. */
import assert from 'node:assert/strict';
import { parseBenchmark } from '../../../src/core/evaluation/benchmark';
import { pickExamples, presetItems, storedAnswers } from '../../../src/core/evaluation/preset-items';
import type { BenchmarkKind } from '../../../src/core/run/evaluator-settings';
import { MlInternError } from '../../../src/core/errors';

const turns = (n: number) =>
  Array.from({ length: n }, (_, at) => ({ role: at % 2 ? 'assistant' : 'user', content: `t${at}` }));
const judge = { url: 'http://127.0.0.1:1/v1', model: 'j' };

/** As the benchmark's parser reads them. */
const parsed = (items: object[], kind: BenchmarkKind) =>
  parseBenchmark(items.map((item) => JSON.stringify(item)).join('\n'), JSON.stringify({ kind }), { name: 'p', judge });

describe('items of presets', () => {
  it('keep the right option first: the evaluator mixes them the same way for every model', () => {
    const wrong = Object.fromEntries([1, 2, 3].map((n) => [`Incorrect Answer ${n}`, ` wrong ${n}`]));
    const rows = [1, 2].map((n) => ({
      'Record ID': `r${n}`,
      Question: `What is ${n}?\n`,
      'Correct Answer': 'right ',
      ...wrong,
    }));
    const { items } = parsed(presetItems(rows, 'gpqa', 'd'), 'choice');
    assert.deepEqual(items[0], {
      ...{ id: 'r1', question: 'What is 1?', answer: 'A', choices: ['right', 'wrong 1', 'wrong 2', 'wrong 3'] },
    });
  });

  it('have the number of a worked answer, and the work to show', () => {
    const rows = [1, 2].map((n) => ({
      question: `${n} pears and 2 more?`,
      answer: `${n} + 2 = ${n + 2}\n#### ${n + 2}`,
    }));
    const [first] = parsed(presetItems(rows, 'gsm8k', 'd'), 'numeric').items;
    assert.deepEqual([first?.id, first?.answer, first?.solution], ['0', '3', '1 + 2 = 3\n#### 3']);
    assert.equal(presetItems([{ id: 3, problem: 'p', answer: 204n }], 'aime', 'd')[0]?.answer, '204');
  });

  it('keep the tests of programs and the functions of calls', () => {
    const program = { task_id: 'Own/1', prompt: 'def two():\n', test: 'def check(c): pass', entry_point: 'two' };
    const { items } = parsed(presetItems([program, { ...program, task_id: 'Own/2' }], 'humaneval', 'd'), 'code');
    assert.deepEqual([items[0]?.tests, items[0]?.entryPoint], [program.test, 'two']);
    const call = { id: 'e1', question: [[{ role: 'user', content: 'Add 1 and 2' }]], function: [{ name: 'add' }] };
    const [asked] = presetItems([{ ...call, ground_truth: ['add(a=1, b=2)'] }], 'bfcl', 'd');
    assert.equal(asked?.question, 'Functions:\n{"name":"add"}\n\nRequest: Add 1 and 2');
    assert.equal(asked?.answer, 'add(a=1, b=2)');
  });

  it('are the easy part of a rubric benchmark', () => {
    const criteria = (tag: string, ...points: number[]) =>
      points.map((p) => ({ criterion: `c${p}`, points: p, tags: [tag] }));
    const rows = [
      { prompt_id: 'kept', prompt: turns(5), rubrics: criteria('axis:completeness', 5, -1) },
      { prompt_id: 'short', prompt: turns(3), rubrics: criteria('axis:completeness', 5) },
      { prompt_id: 'harsh', prompt: turns(5), rubrics: criteria('axis:completeness', 5, -1, -2, -3) },
      { prompt_id: 'other', prompt: turns(5), rubrics: criteria('axis:accuracy', 5) },
    ];
    const items = presetItems([...rows, { ...rows[0], prompt_id: 'too' }], 'healthbench-easy', 'd');
    assert.deepEqual(
      parsed(items, 'rubric').items.map(({ id }) => id),
      ['kept', 'too'],
    );
    assert.deepEqual(items[0]?.rubric, [
      { criterion: 'c5', points: 5 },
      { criterion: 'c-1', points: -1 },
    ]);
    assert.deepEqual([items[0]?.messages, items[0]?.question], [turns(5), 't4']);
  });

  it('are judged against stored answers, and refused where one is missing', () => {
    const stored = storedAnswers([{ uid: 'u1', messages: [{ content: 'Q' }, { content: { answer: 'Theirs' } }] }], 'd');
    const rows = [
      { uid: 'u1', prompt: 'Write.', category: 'creative_writing' },
      { uid: 'u2', prompt: 'x', category: 'hard_prompt' },
    ];
    const items = presetItems(rows, 'arena-writing', 'd', stored);
    assert.deepEqual(items, [{ id: 'u1', question: 'Write.', against: 'Theirs' }]);
    assert.throws(() => presetItems(rows, 'arena-writing', 'd', new Map()), /no stored answer to u1/);
  });

  it('say what is missing when a dataset has changed its shape', () => {
    assert.throws(
      () => presetItems([{ question: 'q' }], 'gsm8k', 'openai/gsm8k'),
      (error) =>
        MlInternError.is(error, 'benchmark-invalid') && /openai\/gsm8k.*"answer" is missing/.test(error.message),
    );
  });

  it('are picked as examples, the same for a seed in any order', () => {
    const items = Array.from({ length: 40 }, (_, n) => ({ id: `${n}`, question: `q${n}`, answer: 'a' }));
    const picked = pickExamples(items, 3, 1);
    assert.deepEqual([picked.length, picked], [3, pickExamples(items.toReversed(), 3, 1)]);
    assert.notDeepEqual(picked, pickExamples(items, 3, 2));
  });
});
