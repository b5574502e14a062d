import assert from 'node:assert/strict';
import type { Mapping } from '../../../src/core/data/mapping';
import { overlapVerdict, uncheckedColumns } from '../../../src/core/data/overlap';

describe('overlapVerdict', () => {
  it('tolerates three hits and blocks more', () => {
    assert.equal(overlapVerdict(0).blocked, false);
    assert.equal(overlapVerdict(3).blocked, false);
    assert.equal(overlapVerdict(4).blocked, true);
    assert.match(overlapVerdict(4).words, /^4 rows overlap/);
  });
});

describe('the columns of a mapping that were not compared', () => {
  const choices = { options: ['a', 'b'], answer: 'key' };
  const cases: [string, Mapping, string[]][] = [
    ['prompt and completion', { prompt: '{q} {x?}', completion: '{a}' }, ['q', 'x', 'a']],
    ['options', { prompt: '{q} {$choices}', completion: '{$letter}', choices }, ['q', 'a', 'b', 'key']],
    ['preferences', { to: 'preference', prompt: '{p}', chosen: '{c}', rejected: '{r}' }, ['p', 'c', 'r']],
    ['turns', { to: 'messages', turns: 'chat', system: 's', tools: 't' }, ['chat', 's', 't']],
    [
      'messages',
      {
        to: 'messages',
        messages: [
          { role: 'user', content: '{q}' },
          { role: 'assistant', content: '{a.0}' },
        ],
      },
      ['q', 'a.0'],
    ],
    ['text', { to: 'text', text: '{t} {t}' }, ['t']],
  ];
  for (const [what, mapping, columns] of cases) {
    it(`are of questions and answers alike: ${what}`, () => {
      assert.deepEqual(uncheckedColumns(mapping, []), columns);
      assert.deepEqual(uncheckedColumns(mapping, columns.slice(1)), columns.slice(0, 1));
      assert.deepEqual(uncheckedColumns(mapping, undefined), []);
    });
  }
});
