import assert from 'node:assert/strict';
import { whoSeesSecrets } from '../../../src/core/run/launch-words';

describe('the words of a launch', () => {
  it('say which step sees which secret', () => {
    assert.equal(whoSeesSecrets([['HF_TOKEN'], []]), 'step 1 (HF_TOKEN); no other step sees any');
    assert.equal(whoSeesSecrets([[], []]), 'none');
    assert.equal(whoSeesSecrets(undefined), undefined);
  });
});
