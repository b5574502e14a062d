import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { quoteFolder, shellQuote } from '../../../src/core/box/quote';

const echoed = (words: string) =>
  execFileSync('sh', ['-c', `printf '%s' ${words}`], { env: { HOME: '/home/a b' } }).toString();

describe('shell quoting', () => {
  for (const text of ['', 'plain-1.0/x', "it's", '$HOME `id` "x" \\ \n end', '*', '~/x', 'é']) {
    it(`keeps ${JSON.stringify(text)}`, () => assert.equal(echoed(shellQuote(text)), text));
  }

  it('expands the home folder and nothing else', () => {
    assert.equal(echoed(quoteFolder("~/my $x 'jobs'")), "/home/a b/my $x 'jobs'");
    assert.equal(echoed(quoteFolder('~')), '/home/a b');
    assert.equal(echoed(quoteFolder('~ann/x')), '~ann/x');
    assert.equal(echoed(quoteFolder('/data/$x')), '/data/$x');
  });
});
