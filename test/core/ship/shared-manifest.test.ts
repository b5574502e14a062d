import assert from 'node:assert/strict';
import { nameOf } from '../../../src/core/ship/shared-manifest';

describe('what goes out with a model', () => {
  it('names no folder of any machine', () => {
    const named = [
      '/home/me/models/base/',
      '~/models/base',
      './models/base',
      'C:\\models\\base',
      '\\\\server\\models\\base',
    ];
    assert.deepEqual([...new Set(named.map(nameOf))], ['base']);
    assert.deepEqual(['Qwen/Qwen3-1.7B-Base', 'cosine'].map(nameOf), ['Qwen/Qwen3-1.7B-Base', 'cosine']);
  });
});
