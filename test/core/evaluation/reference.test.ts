/** Against scipy and statsmodels: the values and the versions that made them are in `fixtures/statistics`. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootstrapInterval, signFlipTest } from '../../../src/core/evaluation/bootstrap';
import { guessRate } from '../../../src/core/evaluation/guess';
import { holm } from '../../../src/core/evaluation/holm';
import { normalCdf, normalQuantile } from '../../../src/core/evaluation/normal';
import { countInterval, mcnemarExact } from '../../../src/core/evaluation/paired';
import { wilsonInterval } from '../../../src/core/evaluation/wilson';

interface Bounds {
  low: number;
  high: number;
}
interface Reference {
  normal: { z: number; cdf: number }[];
  wilson: (Bounds & { k: number; n: number })[];
  mcnemar: { gained: number; lost: number; pValue: number }[];
  holm: { pValues: number[]; adjusted: number[] }[];
  bca: (Bounds & { values: number[] })[];
  signFlip: { values: number[]; pValue: number }[];
  guessing: (Bounds & { chances: number[] })[];
}

const file = join(__dirname, '../../fixtures/statistics/reference.json');
const reference = JSON.parse(readFileSync(file, 'utf8')) as Reference;

function near(actual: number, expected: number, within: number): void {
  assert.ok(Math.abs(actual - expected) <= within, `${actual} is not ${expected}`);
}

describe('statistics against scipy and statsmodels', () => {
  it('normal distribution, and its quantiles back', () => {
    for (const { z, cdf } of reference.normal) {
      near(normalCdf(z), cdf, 2e-7);
      if (Math.abs(z) < 4) near(normalQuantile(cdf), z, 1e-4);
    }
    assert.deepEqual([normalQuantile(0), normalQuantile(1)], [-Infinity, Infinity]);
  });

  it("Wilson's interval", () => {
    for (const { k, n, low, high } of reference.wilson) {
      near(wilsonInterval(k, n).low, low, 1e-12);
      near(wilsonInterval(k, n).high, high, 1e-12);
    }
  });

  it("McNemar's exact test", () => {
    for (const { gained, lost, pValue } of reference.mcnemar) near(mcnemarExact(gained, lost), pValue, pValue * 1e-9);
  });

  it("Holm's correction", () => {
    for (const { pValues, adjusted } of reference.holm) {
      const ours = holm(pValues.map((pValue) => ({ pValue })));
      for (const [index, value] of adjusted.entries()) near(ours[index] ?? -1, value, 1e-12);
    }
  });

  it('BCa interval, within the error of the resampling', () => {
    for (const { values, low, high } of reference.bca) {
      const ours = bootstrapInterval(values, 2, { seed: 1 });
      near(ours.low, low, 0.05 * (high - low));
      near(ours.high, high, 0.05 * (high - low));
    }
  });

  it('sign-flip test, against every pattern of signs', () => {
    for (const { values, pValue } of reference.signFlip) near(signFlipTest(values, { seed: 1 }), pValue, 0.012);
  });

  it('the range of guessing, with the same and with different numbers of choices', () => {
    for (const { chances, low, high } of reference.guessing) {
      const items = chances.map((chance, index) => {
        const choices = Array.from({ length: Math.round(1 / chance) }, (_, at) => String(at));
        return { id: String(index), question: 'q', answer: '0', choices };
      });
      const rate = guessRate({}, items);
      near((rate?.low ?? -1) * chances.length, low, 1e-9);
      near((rate?.high ?? -1) * chances.length, high, 1e-9);
    }
  });
});

describe("Holm's correction", () => {
  const adjusted = (pValues: number[], family: number) =>
    holm(
      pValues.map((pValue) => ({ pValue })),
      family,
    );

  it('counts the comparisons that are still to come', () => {
    assert.deepEqual(adjusted([0.01], 10), [0.1]);
    assert.deepEqual(adjusted([0.001, 0.002], 10), [0.01, 0.018000000000000002]);
  });

  it('never takes back what was claimed when more are made', () => {
    const early = adjusted([0.004, 0.3], 10);
    const late = adjusted([0.004, 0.3, 0.0001, 0.9, 0.02], 10);
    early.forEach((value, index) => assert.ok((late[index] ?? 1) <= value));
  });

  it('shares the error of one slot between two comparisons', () => {
    assert.deepEqual(holm([{ pValue: 0.01, weight: 0.5 }], 5), [0.1]);
  });
});

describe('intervals where little is known', () => {
  it('are wide when all values are alike', () => {
    const { low, high } = bootstrapInterval([0.1, 0.1, 0.1], 2, { seed: 1 });
    assert.ok(low < -1 && high > 1);
  });

  it('hold the coverage that they promise for few changed items', () => {
    assert.deepEqual(countInterval(0, 0, 100).high > 0.01, true);
    const { low, high } = countInterval(12, 2, 100);
    assert.ok(low > 0 && low < 0.1 && high > 0.1 && high < 0.2);
  });

  it('claim nothing of no guesses', () => {
    const item = { id: '1', question: 'q', answer: 'a' };
    assert.equal(guessRate({}, [item]), null);
    assert.equal(guessRate({ options: ['a', 'b'] }, []), null);
    assert.equal(guessRate({ options: ['a', 'b'] }, [item])?.value, 0.5);
  });

  it('follow the benchmark where it tells what guessing scores, as with open answers', () => {
    const items = Array.from({ length: 20 }, (_, n) => ({ id: `i${n}`, question: 'q', answer: String(n) }));
    const { value, low = 0, high = 1, commonest, n } = guessRate({ guessRate: 0.5 }, items) ?? {};
    assert.deepEqual([value, commonest, n], [0.5, 0.5, 20]);
    assert.ok(low > 0.2 && low < 0.4 && high > 0.6 && high < 0.8);
    assert.equal(guessRate({ guessRate: 0 }, items)?.high, 0);
  });
});
