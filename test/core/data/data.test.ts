import assert from 'node:assert/strict';
import { overlapVerdict } from '../../../src/core/data/overlap';

describe('overlapVerdict', () => {
  it('tolerates three hits and blocks more', () => {
    assert.equal(overlapVerdict(0).blocked, false);
    assert.equal(overlapVerdict(3).blocked, false);
    assert.equal(overlapVerdict(4).blocked, true);
    assert.match(overlapVerdict(4).words, /^4 rows overlap/);
  });
});
