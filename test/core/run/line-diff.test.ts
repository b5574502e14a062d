import assert from 'node:assert/strict';
import { Random } from '../../support/core/random';
import { changedPaths } from '../../../src/core/run/changes';
import { changedLines, lineDiff } from '../../../src/core/text/line-diff';

describe('lineDiff', () => {
  it('shows what changed with two lines around it', () => {
    const before = 'a\nb\nc\nd\ne\nf\ng\nh\n';
    assert.deepEqual(lineDiff(before, before.replace('f\n', 'F\n')), ['@@', ' d', ' e', '-f', '+F', ' g', ' h']);
    assert.deepEqual(changedLines(lineDiff(before, 'a\nb\n')), { added: 0, removed: 6 });
  });

  it('of equal or empty texts is nothing, also with other line ends', () => {
    for (const [before, after] of [
      ['', ''],
      ['a\n', 'a\n'],
      ['a\r\nb', 'a\nb\n'],
    ] as const)
      assert.deepEqual(lineDiff(before, after), []);
  });

  it('can be read back: without its additions it is what was before, without its removals what comes after', () => {
    const random = new Random(7);
    for (let round = 0; round < 200; round++) {
      const text = () => Array.from({ length: random.below(9) }, () => `${random.pick(['x', 'y', 'z'])}\n`).join('');
      const [before, after] = [text(), text()];
      const diff = lineDiff(before, after);
      // Nothing is left out of so short texts only where all of it is near a change.
      if (diff.includes('@@') || diff.length === 0) continue;
      const side = (without: string) =>
        diff
          .filter((line) => !line.startsWith(without))
          .map((line) => `${line.slice(1)}\n`)
          .join('');
      assert.deepEqual([side('+'), side('-')], [before, after]);
    }
  });
});

describe('changedPaths', () => {
  it('names each value that was added, removed or changed', () => {
    const before = { a: 1, list: [{ weight: 1, drop: [1] }], gone: true };
    const after = { a: 1, list: [{ weight: 2, drop: [1] }], empty: [] };
    assert.deepEqual(changedPaths(before, after), [
      { path: 'list.0.weight', from: 1, to: 2 },
      { path: 'gone', from: true },
      { path: 'empty', to: [] },
    ]);
    const many = Array.from({ length: 50 }, (_, index) => index);
    assert.deepEqual(changedPaths({ rows: [] }, { rows: many }), [{ path: 'rows', from: [], to: many }]);
  });
});
