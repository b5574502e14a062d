import assert from 'node:assert/strict';
import { detectFormat, type DataFormat } from '../../../src/core/data/format';
import { overlapVerdict } from '../../../src/core/data/overlap';
import type { Mapping } from '../../../src/core/run/types';

describe('detectFormat', () => {
  const qa: Mapping = { prompt: 'Question: {question}\nAnswer:', completion: ' {answer}' };
  const cases: [DataFormat, Record<string, unknown>, Mapping | null][] = [
    ['messages', { messages: [{ role: 'user', content: 'Hi' }] }, null],
    ['sharegpt', { conversations: [{ from: 'human', value: 'Hi' }] }, null],
    [
      'alpaca',
      { instruction: 'Do', input: '', output: 'Done' },
      { prompt: '{instruction}\n{input}\n', completion: '{output}' },
    ],
    ['prompt-completion', { prompt: 'a', completion: 'b' }, { prompt: '{prompt}', completion: '{completion}' }],
    ['prompt-completion', { user: 'a', assistant: 'b' }, { prompt: '{user}\n', completion: '{assistant}' }],
    ['preference', { prompt: 'a', chosen: 'b', rejected: 'c' }, { prompt: '{prompt}', completion: '{chosen}' }],
    ['question-choices', { question: 'a', choices: ['b', 'c'], answer: 'b' }, qa],
    ['question-answer', { question: 'a', answer: 'b' }, qa],
    [
      'question-answer',
      { Question: 'a', Answer: 'b' },
      { prompt: 'Question: {Question}\nAnswer:', completion: ' {Answer}' },
    ],
    ['text', { text: 'a' }, { prompt: '', completion: '{text}' }],
    ['text', { story: 'a' }, { prompt: '', completion: '{story}' }],
    ['unknown', { alpha: 1, beta: 2 }, null],
    ['unknown', { messages: [], score: 1 }, null],
  ];
  for (const [format, row, mapping] of cases) {
    it(`takes columns ${Object.keys(row).join(', ')} for ${format}`, () => {
      const columns = Object.keys(row).map((name) => ({ name, type: 'string' }));
      assert.deepEqual(detectFormat(columns, [row]), { format, mapping });
    });
  }
});

describe('overlapVerdict', () => {
  it('tolerates three hits and blocks more', () => {
    assert.equal(overlapVerdict(0).blocked, false);
    assert.equal(overlapVerdict(3).blocked, false);
    assert.equal(overlapVerdict(4).blocked, true);
    assert.match(overlapVerdict(4).words, /^4 rows overlap/);
  });
});
