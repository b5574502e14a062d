/** The setting that says which SSH reaches a box. */
import assert from 'node:assert/strict';
import { parseSshTransport } from '../../src/app/options';

describe('the SSH transport setting', () => {
  it('is one of three, and nothing else', () => {
    assert.equal(parseSshTransport(''), 'auto');
    assert.equal(parseSshTransport('system'), 'system');
    assert.throws(() => parseSshTransport('putty'), { reason: 'bad-input', message: /`putty` is not a way/ });
  });
});
