/**
 * Reference values: Wilson and McNemar from scipy 1.17.1 (`binomtest(k, n).proportion_ci(method='wilson')`,
 * `binomtest(min(b, c), b + c, 0.5).pvalue`); Newcombe's paired interval from his worked example of 21 children as reprinted
 * by Fagerland, Lydersen and Laake (2014), and, where the correlation is 0, from statsmodels 0.15.0
 * (`confint_proportions_2indep(50, 100, 60, 100, method='newcomb')`).
 */
import assert from 'node:assert/strict';
import { mcnemarExact, pairedDifferenceInterval } from '../../../src/core/evaluation/paired';
import { wilsonInterval } from '../../../src/core/evaluation/wilson';

function near(actual: number, expected: number, within = 1e-9): void {
  assert.ok(Math.abs(actual - expected) <= within, `${actual} is not ${expected}`);
}

describe('Wilson interval', () => {
  for (const [successes, n, low, high] of [
    [0, 10, 0, 0.27753279986288926],
    [7, 20, 0.1811918241010821, 0.5671457233147637],
    [75, 150, 0.42099012028854144, 0.5790098797114586],
    [149, 150, 0.9632071602251818, 0.9988221986649827],
    [150, 150, 0.9750297556319234, 1],
    [1, 1, 0.20654931437723745, 1],
  ] as const) {
    it(`of ${successes} of ${n}`, () => {
      const interval = wilsonInterval(successes, n);
      near(interval.low, low);
      near(interval.high, high);
    });
  }

  it('always holds the share itself', () => {
    for (let n = 1; n <= 300; n++) {
      for (const successes of [0, 1, n - 1, n]) {
        const { low, high } = wilsonInterval(successes, n);
        assert.ok(low <= successes / n && successes / n <= high, `${successes} of ${n}`);
      }
    }
  });

  it('of nothing says nothing', () => assert.deepEqual(wilsonInterval(0, 0), { low: 0, high: 1 }));
});

describe("McNemar's exact test", () => {
  for (const [gained, lost, pValue] of [
    [7, 1, 0.0703125],
    [10, 10, 1],
    [30, 5, 2.2361520677804947e-5],
    [60, 0, 1.734723475976807e-18],
    [120, 80, 0.005685155996750306],
    [0, 1, 1],
    [0, 0, 1],
  ] as const) {
    it(`of ${gained} gained and ${lost} lost`, () => {
      near(mcnemarExact(gained, lost), pValue, pValue * 1e-9);
      near(mcnemarExact(lost, gained), pValue, pValue * 1e-9);
    });
  }
});

describe('Interval of a paired difference', () => {
  it('agrees with the published example', () => {
    const { low, high } = pairedDifferenceInterval({ bothRight: 1, gained: 1, lost: 7, bothWrong: 12 });
    near(low, -0.507, 5e-4);
    near(high, -0.026, 5e-4);
  });

  it('is that of independent proportions where nothing is correlated', () => {
    const { low, high } = pairedDifferenceInterval({ bothRight: 30, gained: 20, lost: 30, bothWrong: 20 });
    near(low, -0.23212305420266283);
    near(high, 0.03730210321546354);
  });

  it('turns round when the sides are swapped', () => {
    const forth = pairedDifferenceInterval({ bothRight: 40, gained: 30, lost: 10, bothWrong: 70 });
    const back = pairedDifferenceInterval({ bothRight: 40, gained: 10, lost: 30, bothWrong: 70 });
    near(forth.low, -back.high);
    near(forth.high, -back.low);
  });

  it('stays within -1 and 1 at the edges', () => {
    for (const counts of [
      { bothRight: 0, gained: 150, lost: 0, bothWrong: 0 },
      { bothRight: 0, gained: 0, lost: 0, bothWrong: 150 },
      { bothRight: 150, gained: 0, lost: 0, bothWrong: 0 },
    ]) {
      const { low, high } = pairedDifferenceInterval(counts);
      assert.ok(low >= -1 && high <= 1 && low <= high, `${low} to ${high}`);
    }
    assert.deepEqual(pairedDifferenceInterval({ bothRight: 0, gained: 0, lost: 0, bothWrong: 0 }), {
      low: -1,
      high: 1,
    });
  });
});
