import assert from 'node:assert/strict';
import { pilotSecondsOf, stageOf, type Idea } from '../../../src/core/experiments/pilot';
import type { Verdict } from '../../../src/core/run/types';
import { comparison, recipe, score } from '../../support/core/samples';

const settings = { pilotSeconds: 1200 };

/** An experiment of its own idea; with a score where one is given. */
function experiment(id: string, value?: number, verdict: Verdict = 'better'): Idea {
  const dev = value === undefined ? null : score(value);
  return { id, codeHash: id, recipe: recipe(), dev, comparison: null, toBaseline: dev && comparison({ verdict }) };
}

describe('the time of pilots', () => {
  it('comes from the budget: all together take half of it, and each is neither too short nor too long', () => {
    const budget = { wallHours: 8, modelTokens: 1, experiments: 12 };
    assert.equal(pilotSecondsOf(budget), 1200);
    assert.equal(pilotSecondsOf({ ...budget, gpuHours: 6 }), 900);
    assert.equal(pilotSecondsOf({ ...budget, wallHours: 1 }), 600);
    assert.equal(pilotSecondsOf({ ...budget, wallHours: 500 }), 3600);
    assert.equal(pilotSecondsOf({ ...budget, experiments: 0 }), 3600);
  });
});

describe('the stage of an experiment', () => {
  const child = { ...experiment('09-longer'), codeHash: '01-a' };
  const among = (...experiments: Idea[]) => stageOf({ experiments, proposals: [] }, settings, child);

  it('is full once a pilot of the same idea is not worse than its parent', () => {
    assert.equal(among(experiment('01-a'))?.name, 'pilot');
    assert.equal(
      among(experiment('01-a', 0.4, 'no evidence'), experiment('02-b', 0.8), experiment('03-c', 0.9))?.name,
      'full',
    );
    assert.equal(among({ ...experiment('01-a', 0.4), pruned: true })?.name, 'pilot');
  });

  it('is full for the two best, and stays a pilot for what is worse, with the reason', () => {
    const better = [experiment('02-b', 0.8), experiment('03-c', 0.9)];
    assert.equal(among(experiment('01-a', 0.4, 'worse'), ...better.slice(1))?.name, 'full');
    const stage = among(experiment('01-a', 0.4, 'worse'), ...better);
    assert.deepEqual([stage?.name, stage?.mostSeconds], ['pilot', 1200]);
    assert.match(stage?.why ?? '', /Its pilot 01-a is worse than its parent and not among the 2 best/);
  });

  it('is no matter in a run of an earlier version', () => {
    assert.equal(stageOf({ experiments: [], proposals: [] }, {}, child), null);
  });
});
