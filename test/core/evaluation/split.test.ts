import assert from 'node:assert/strict';
import { splitItems } from '../../../src/core/evaluation/split';
import type { BenchmarkItem } from '../../../src/core/run/types';

const items: BenchmarkItem[] = Array.from({ length: 301 }, (_, index) => ({
  id: String(index),
  question: `Question number ${index}?`,
  answer: 'yes',
}));

describe('splitItems', () => {
  it('puts every item on exactly one side, in halves', () => {
    const { dev, promotion } = splitItems(items, 1);
    assert.equal(dev.length, 151);
    assert.equal(promotion.length, 150);
    assert.equal(new Set([...dev, ...promotion].map((item) => item.id)).size, 301);
  });

  it('does not depend on order or ids', () => {
    const renamed = [...items].reverse().map((item) => ({ ...item, id: `new-${item.id}` }));
    const questions = (split: BenchmarkItem[]): string[] => split.map((item) => item.question).sort();
    assert.deepEqual(questions(splitItems(renamed, 1).dev), questions(splitItems(items, 1).dev));
  });

  it('differs by seed', () => {
    assert.notDeepEqual(splitItems(items, 1).dev, splitItems(items, 2).dev);
  });

  it('keeps copies of a question on the same side', () => {
    const doubled = items.flatMap((item) => [
      item,
      { ...item, id: `${item.id}b`, question: ` ${item.question.toUpperCase()}` },
    ]);
    const { dev, promotion } = splitItems(doubled, 1);
    const words = new Set(dev.map((item) => item.question.trim().toLowerCase()));
    assert.ok(promotion.every((item) => !words.has(item.question.trim().toLowerCase())));
  });

  it('gives both sides something, even of two items', () => {
    const { dev, promotion } = splitItems(items.slice(0, 2), 1);
    assert.deepEqual([dev.length, promotion.length], [1, 1]);
  });
});
