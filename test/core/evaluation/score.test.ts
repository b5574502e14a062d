import assert from 'node:assert/strict';
import { compare } from '../../../src/core/evaluation/compare';
import { scoreOf } from '../../../src/core/evaluation/score';
import type { ItemResult } from '../../../src/core/run/types';

/** One letter an item: r right, w wrong but valid, i invalid. */
function results(outcomes: string): ItemResult[] {
  return [...outcomes].map((outcome, index) => ({
    id: `q${index}`,
    answer: outcome === 'i' ? null : 'x',
    correct: outcome === 'r',
    valid: outcome !== 'i',
    truncated: outcome === 'i',
    tokens: outcome === 'i' ? 8 : 1,
  }));
}

const settings = { metric: 'exact', seeds: [7] };

describe('scoreOf', () => {
  it('gives value, interval and the shares beside it', () => {
    const score = scoreOf(results('rrwi'), settings);
    assert.equal(score.value, 0.5);
    assert.equal(score.n, 4);
    assert.ok(score.low < 0.5 && score.high > 0.5);
    assert.equal(score.invalidShare, 0.25);
    assert.equal(score.truncatedShare, 0.25);
    assert.equal(score.meanTokens, 11 / 4);
    assert.deepEqual(score.seeds, [7]);
  });

  it('of no items claims nothing', () => {
    const score = scoreOf([], settings);
    assert.deepEqual([score.value, score.low, score.high, score.n], [0, 0, 1, 0]);
  });
});

describe('compare', () => {
  it('tells repairs from learning, and counts what was lost', () => {
    const comparison = compare(results('rrrwi'), results('iwrri'), 'baseline');
    assert.deepEqual([comparison.repaired, comparison.learned, comparison.lost], [1, 1, 1]);
    assert.equal(comparison.difference, 0.2);
    assert.equal(comparison.against, 'baseline');
    assert.equal(comparison.verdict, 'no evidence');
  });

  it('says better or worse only when the paired test does', () => {
    const good = results('r'.repeat(60) + 'w'.repeat(90));
    const poor = results('r'.repeat(30) + 'w'.repeat(120));
    const better = compare(good, poor, 'parent');
    assert.equal(better.verdict, 'better');
    assert.ok(better.low > 0 && better.pValue < 0.001);
    const worse = compare(poor, good, 'parent');
    assert.equal(worse.verdict, 'worse');
    assert.ok(worse.high < 0);
    assert.equal(compare(good, good, 'itself').verdict, 'no evidence');
  });

  it('pairs by id, not by place', () => {
    const a = results('rwrw');
    assert.equal(compare([...a].reverse(), a, 'itself').difference, 0);
    assert.equal(compare([...a].reverse(), a, 'itself').lost, 0);
  });

  it('refuses evaluations over different items', () => {
    assert.throws(() => compare(results('rr'), results('rrr'), 'x'), { reason: 'bad-input' });
  });
});
