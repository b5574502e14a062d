/** Trees of experiments that are all equally good: how often something is called better that is not. */
import assert from 'node:assert/strict';
import { randomNumbers } from '../../../src/core/data/sampling';
import { compare } from '../../../src/core/evaluation/compare';
import { corrected, correctedPair, type Claims } from '../../../src/core/evaluation/family';
import { selection, shrink } from '../../../src/core/evaluation/selection';
import type { Comparison, ItemResult } from '../../../src/core/run/types';

const items = 100;
const planned = 10;

/** Items differ in difficulty, as they do; `gain` is added to the chance of each. */
class Models {
  private readonly random: () => number;
  private readonly chances: number[];

  constructor(seed: number) {
    this.random = randomNumbers(seed);
    this.chances = Array.from({ length: items }, () => this.random() * 0.7);
  }

  answers(gain = 0): ItemResult[] {
    return this.chances.map((chance, index) => ({
      ...{ id: String(index), answer: 'x', correct: this.random() < chance + gain },
      ...{ valid: true, truncated: false, tokens: 1 },
    }));
  }
}

interface Node {
  results: ItemResult[];
  share: number;
}

const nodeOf = (results: ItemResult[]): Node => ({
  results,
  share: results.filter(({ correct }) => correct).length / items,
});

interface Tree {
  base: Node;
  nodes: Node[];
  /** In the order in which they were made, as they were said at that time. */
  said: Claims[];
}

/** As an agent works: half of the experiments are drafts, the others change the best so far. */
function grow(seed: number, gain = 0): Tree {
  const models = new Models(seed);
  const base = nodeOf(models.answers());
  const tree: Tree = { base, nodes: [], said: [] };
  for (let made = 0; made < planned; made++) {
    const best = tree.nodes.toSorted((a, b) => b.share - a.share)[0];
    const parent = made >= planned / 2 && best ? best : undefined;
    const node = nodeOf(models.answers(gain));
    const comparison = parent ? compare(node.results, parent.results, 'parent') : null;
    const toBaseline = compare(node.results, base.results, 'baseline');
    tree.said.push(corrected({ parent: parent ? 'parent' : null, comparison, toBaseline }, tree.said, planned));
    tree.nodes.push(node);
  }
  return tree;
}

const comparisons = ({ said }: Tree): Comparison[] =>
  said.flatMap(({ comparison, toBaseline }) => [comparison, toBaseline]).filter((each) => each !== null);

const percent = (trees: Tree[], holds: (tree: Tree) => boolean): number =>
  (100 * trees.filter(holds).length) / trees.length;

describe('a tree of experiments', function () {
  this.timeout(60_000);
  let equal: Tree[];
  before(() => {
    equal = Array.from({ length: 200 }, (_, seed) => grow(seed + 1));
  });

  it('of equal models says "better" in at most 5 % of cases, where picking the highest claims nearly always', () => {
    const said = percent(equal, (tree) => comparisons(tree).some(({ verdict }) => verdict === 'better'));
    const uncorrected = percent(equal, (tree) =>
      comparisons(tree).some(({ pValue, difference }) => pValue < 0.05 && difference > 0),
    );
    const naive = percent(equal, ({ nodes, base }) => Math.max(...nodes.map(({ share }) => share)) > base.share);
    const points = mean(equal.map(({ nodes, base }) => Math.max(...nodes.map(({ share }) => share)) - base.share));
    console.log(
      `      "better" in ${said.toFixed(1)} % of ${equal.length} trees of ${planned} equal experiments; without the correction ${uncorrected.toFixed(1)} %; best of ${planned} above the base model ${naive.toFixed(1)} %, by ${(100 * points).toFixed(1)} points`,
    );
    assert.ok(said <= 5, `${said} %`);
    assert.ok(uncorrected > 2 * Math.max(said, 2.5), `${uncorrected} %`);
    assert.ok(naive > 80, `${naive} %`);
  });

  it('still finds experiments that are better', () => {
    const trees = Array.from({ length: 20 }, (_, seed) => grow(seed + 5000, 0.25));
    const found = percent(trees, (tree) => comparisons(tree).some(({ verdict }) => verdict === 'better'));
    assert.ok(found >= 90, `${found} %`);
  });

  it('says what the best of several equals is expected to score on new items', () => {
    const claims = equal
      .slice(0, 60)
      .map(({ nodes }) => selection(nodes.map(({ share }) => ({ value: share, n: items }))));
    const error = (of: (claim: NonNullable<(typeof claims)[number]>) => number): number =>
      mean(
        claims.map((claim, index) =>
          claim ? of(claim) - mean(equal[index]?.nodes.map(({ share }) => share) ?? []) : 0,
        ),
      );
    const [shown, expected] = [error(({ best }) => best), error(({ expected: value }) => value)];
    const luck = mean(claims.map((claim) => claim?.luck ?? 0));
    console.log(
      `      the best of ${planned} equals stands ${(100 * shown).toFixed(1)} points above their mean; after shrinkage ${(100 * expected).toFixed(1)}; luck foretold ${(100 * luck).toFixed(1)}`,
    );
    assert.ok(expected < shown / 3, `${expected} of ${shown}`);
    assert.ok(Math.abs(luck - shown) < 0.25 * shown + 0.02, `${luck} for ${shown}`);
  });
});

describe('selection', () => {
  const score = (value: number) => ({ value, n: 200 });

  it('leaves clear differences nearly alone and draws noise together', () => {
    const [low = 0, high = 0] = shrink([score(0.2), score(0.8)]);
    assert.ok(low < 0.21 && high > 0.79);
    const noise = shrink([score(0.5), score(0.51), score(0.49)]);
    assert.ok(noise.every((value) => Math.abs(value - 0.5) < 1e-9));
  });

  it('of one or none is none', () => {
    assert.equal(selection([]), null);
    assert.equal(selection([score(0.4)]), null);
    assert.deepEqual(shrink([score(0.5), score(0.5)]), [0.5, 0.5]);
  });
});

describe('corrected verdicts', () => {
  const gain = (pValue: number): Comparison => ({
    ...{ against: 'baseline', n: 100, difference: 0.1, low: 0.01, high: 0.2, pValue, method: '' },
    ...{ verdict: 'better', repaired: 0, learned: 1, lost: 0 },
  });

  it('need more the more experiments are planned', () => {
    const draft = { parent: null, comparison: null, toBaseline: gain(0.01) };
    assert.equal(corrected(draft, [], 4).toBaseline?.verdict, 'better');
    const ten = corrected(draft, [], 10).toBaseline;
    assert.deepEqual([ten?.verdict, ten?.adjustedP, ten?.pValue], ['no evidence', 0.1, 0.01]);
    const child = corrected({ parent: '01', comparison: gain(0.001), toBaseline: gain(0.02) }, [], 4);
    assert.deepEqual([child.comparison?.verdict, child.toBaseline?.verdict], ['better', 'no evidence']);
  });

  it('of any pair allow for all pairs', () => {
    assert.equal(correctedPair(gain(0.004), 4).verdict, 'better');
    assert.equal(correctedPair(gain(0.006), 4).verdict, 'no evidence');
  });
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
