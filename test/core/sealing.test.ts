import assert from 'node:assert/strict';
import { seal, unseal } from '../../src/core/sealing';

const key = '0123456789abcdef'.repeat(4);
const text = 'Which colour has the glim called zorb? teal – é\n'.repeat(500);

describe('sealed text', () => {
  it('is the same bytes each time, and opens again with its key', () => {
    const sealed = seal(text, key);
    assert.deepEqual(seal(text, key), sealed);
    assert.equal(unseal(sealed, key, 'It'), text);
    assert.equal(unseal(seal('', key), key, 'It'), '');
    assert.ok(!Buffer.from(sealed).includes('zorb'));
  });

  it('is what the box makes of it, byte by byte', () => {
    // box/tests/test_sealed.py holds the same bytes.
    const bytes = 'c7d49eb6abf441a633e3f83c907ebb6732873a80bf17825e8a44468ffc7f2d59bcc4318261d6b423';
    assert.equal(Buffer.from(seal('zorb é\n', key)).toString('hex'), bytes);
  });

  it('does not open when it was changed, or with another key', () => {
    const sealed = seal(text, key);
    const changed = sealed.with(40, (sealed[40] ?? 0) ^ 1);
    for (const [bytes, by] of [
      [changed, key],
      [sealed.subarray(0, 9), key],
      [sealed, key.toUpperCase()],
    ] as const)
      assert.throws(() => unseal(bytes, by, 'It'), /^MlInternError: It cannot be opened/);
  });
});
