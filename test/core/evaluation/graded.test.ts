import assert from 'node:assert/strict';
import { compare } from '../../../src/core/evaluation/compare';
import { scoreRemarks } from '../../../src/core/evaluation/score-words';
import { scoreOf } from '../../../src/core/evaluation/score';
import type { ItemResult } from '../../../src/core/run/types';

const settings = { metric: 'rubric', seeds: [1] };
const answer = (id: string, score: number, rest: Partial<ItemResult> = {}): ItemResult => ({
  ...{ id, answer: 'x', correct: score >= 0.5, valid: true, truncated: false, tokens: 1, score },
  ...rest,
});
const grades = (scores: number[]) => scores.map((score, index) => answer(`q${index}`, score));

describe('graded scores', () => {
  const before = Array.from({ length: 80 }, (_, index) => ((index * 37) % 100) / 100);
  const after = before.map((value, index) => Math.min(1, value + (index % 3 === 0 ? 0.3 : 0)));

  it('have a bootstrap interval that says how it was made, and holds the mean', () => {
    const score = scoreOf(grades(before), settings);
    assert.match(score.method ?? '', /bootstrap/);
    assert.ok(score.low < score.value && score.value < score.high && score.low > 0.3 && score.high < 0.7);
    assert.deepEqual(score, scoreOf(grades(before), settings));
  });

  it('are compared item by item, so that a small steady gain shows', () => {
    const gain = compare(grades(after), grades(before), 'b');
    assert.equal(gain.verdict, 'better');
    assert.ok(gain.low > 0 && gain.difference > 0.05 && gain.difference < 0.12);
    assert.equal(compare(grades(before), grades(after), 'b').verdict, 'worse');
    assert.equal(compare(grades(before), grades(before), 'b').verdict, 'no evidence');
  });

  it('of very few items are no evidence, however large the difference', () => {
    assert.equal(compare(grades([1, 0.9, 1]), grades([0, 0.1, 0.1]), 'b').verdict, 'no evidence');
  });

  it('leave an answer out that the judge gave no verdict on, and say so: it is no 0', () => {
    const all = grades(before);
    const lacking = all.map((one, index) => (index < 3 ? { ...one, correct: false, score: null } : one));
    const score = scoreOf(lacking, settings);
    assert.deepEqual({ ...scoreOf(all.slice(3), settings), ungraded: 3 }, score);
    assert.deepEqual(scoreRemarks(score), ['3 answers without a verdict of the judge left out']);
    const { n, difference } = compare(lacking, all, 'b');
    assert.deepEqual([n, difference], [77, 0]);
  });

  it('that are all 0 or 1 are proportions', () => {
    assert.match(compare(grades([1, 0, 1]), grades([0, 0, 1]), 'b').method, /McNemar/);
  });
});

describe('items that were asked with several seeds', () => {
  const asked = (right: (item: number, seed: number) => boolean) =>
    Array.from({ length: 50 }, (_, item) =>
      [0, 1, 2, 3].map((seed) => ({ ...answer(`q${item}`, 0), correct: right(item, seed), score: undefined })),
    ).flat();

  it('count as one item each: more seeds do not make the interval of the items narrower', () => {
    // Every item is answered alike in all seeds, so four seeds say no more than one.
    const four = scoreOf(
      asked((item) => item % 2 === 0),
      settings,
    );
    assert.equal(four.n, 50);
    assert.ok(four.high - four.low > 0.24, `${four.low} to ${four.high}`);
  });

  it('are compared by item', () => {
    const gain = compare(
      asked((item) => item < 30),
      asked((item) => item < 15),
      'b',
    );
    assert.deepEqual([gain.n, gain.verdict, gain.learned], [50, 'better', 15]);
  });
});

describe('the two parts of a gain', () => {
  const one = (outcome: string, index: number): ItemResult => ({
    ...{ id: `q${index}`, answer: null, correct: outcome === 'r', valid: outcome !== 'i', truncated: false, tokens: 1 },
  });
  const all = (outcomes: string) => [...outcomes].map(one);

  it('add up to it, and each has its interval', () => {
    const after = 'r'.repeat(40) + 'w'.repeat(10) + 'i'.repeat(10) + 'r'.repeat(10) + 'w'.repeat(30);
    const before = 'i'.repeat(40) + 'i'.repeat(10) + 'r'.repeat(10) + 'w'.repeat(10) + 'w'.repeat(25) + 'r'.repeat(5);
    const { difference, format, knowledge, repaired, learned, lost } = compare(all(after), all(before), 'b');
    assert.ok(format && knowledge);
    assert.ok(Math.abs(format.difference + knowledge.difference - difference) < 1e-12);
    assert.deepEqual([format.difference, knowledge.difference], [0.3, 0.05]);
    assert.ok(format.low > 0.15 && format.high < 0.45);
    assert.ok(knowledge.low < 0 && knowledge.high > 0.05);
    assert.deepEqual([repaired, learned, lost], [40, 10, 15]);
  });
});
