import assert from 'node:assert/strict';
import type { FoundHubRepo } from '../../../src/core/ports/model-hub';
import {
  checkDestination,
  isOfTraining,
  planPush,
  publicationHash,
  repoName,
  type Destination,
  type PublicationPlan,
} from '../../../src/core/ship/publication';
import { publicationLines } from '../../../src/core/ship/publication-words';

const repo = repoName('model', 'me/model');
const found = (more: Partial<FoundHubRepo> = {}): FoundHubRepo => ({
  ...{ id: 'me/model', visibility: 'private', revision: 'c'.repeat(40), files: [] },
  ...more,
});
const file = (path: string, sha256 = 'a'.repeat(64)) => ({ path, sha256, bytes: 2048, source: Buffer.from('') });
const plan = (more: Partial<PublicationPlan> = {}): PublicationPlan => ({
  ...{ run: 'run-1', experiment: '01-a', hub: 'https://hub', account: 'me', visibility: 'private', leftOut: [] },
  ...{ card: '', verified: null, hash: 'h', terms: { obligations: [], licence: 'mit', remarks: [], attribution: [] } },
  pushes: [planPush(repo, null, [file('config.json')])],
  ...more,
});

describe('a planned publication', () => {
  it('goes only where the account may write, under the name and the visibility that are there', () => {
    const check = (more: Partial<Destination>) => () =>
      checkDestination({
        ...{ endpoint: 'https://hub', repo, found: null, visibility: 'private' },
        account: { name: 'Me', namespaces: ['Me', 'lab'], canWrite: true },
        ...more,
      });
    check({})();
    check({ found: found() })();
    check({ repo: repoName('model', 'LAB/model') })();
    const others = repoName('model', 'them/model');
    const cases: [Partial<Destination>, string, RegExp][] = [
      [{ account: { name: 'Me', namespaces: ['Me'], canWrite: false } }, 'hub-auth', /may only read/],
      [{ repo: others }, 'hub-auth', /Me may not make repositories of them: the token writes to Me, lab/],
      [{ repo: others, found: found({ id: 'them/model' }) }, 'hub-auth', /them\/model belongs to them/],
      [{ found: found({ id: 'me/renamed' }) }, 'hub-conflict', /me\/model is called me\/renamed now/],
      [{ found: found({ visibility: 'public' }) }, 'hub-conflict', /is public, and the push is to be private/],
      [{ found: found(), visibility: 'public' }, 'hub-conflict', /is private, and the push is to be public/],
    ];
    for (const [more, reason, message] of cases) assert.throws(check(more), { reason, message });
  });

  it('takes only names that a Hub takes', () => {
    for (const name of [
      'model',
      'me/',
      '/model',
      'me/a/b',
      'me/a b',
      'me/..',
      'me/a--b',
      'me/a.git',
      'me/-a',
      'me/<b>',
    ])
      assert.throws(() => repoName('model', name), { reason: 'bad-input' }, name);
  });

  it('takes weights of before away and leaves everything else; what only training needs never goes along', () => {
    const files = [
      'model-00001-of-2.safetensors',
      'model.safetensors.index.json',
      'LICENSE',
      '.gitattributes',
      'x/y.bin',
    ];
    const push = planPush(repo, found({ files }), [file('model.safetensors'), file('x/y.bin')]);
    assert.deepEqual(push.removes, ['model-00001-of-2.safetensors', 'model.safetensors.index.json']);
    assert.deepEqual(push.stays, ['LICENSE']);
    const left = ['training_args.bin', 'checkpoint-10/model.safetensors', 'rng_state_0.pth', 'optimizer.pt'];
    assert.deepEqual(left.filter(isOfTraining), left);
    assert.ok(!['model.safetensors', 'config.json', 'tokenizer.json'].some(isOfTraining));
  });

  it('has another hash when anything of it is another, and the same in another order', () => {
    const two = [file('a'), file('b')];
    const hashOf = (more: Partial<PublicationPlan>) => publicationHash(plan(more));
    const push = (files = two, removes: string[] = []) => ({ pushes: [{ ...planPush(repo, null, files), removes }] });
    const usual = hashOf(push());
    assert.equal(hashOf(push(two.toReversed())), usual);
    const others = [
      hashOf({ ...push(), visibility: 'public' }),
      hashOf({ ...push(), hub: 'https://other' }),
      hashOf({ pushes: [planPush(repoName('model', 'me/other'), null, two)] }),
      hashOf(push([file('a'), file('b', 'b'.repeat(64))])),
      hashOf(push([file('a')])),
      hashOf(push(two, ['old.bin'])),
    ];
    assert.equal(new Set([usual, ...others]).size, 7);
  });

  it('says in words what everybody could see, what goes and what stays', () => {
    const there = found({ files: ['old.safetensors', 'LICENSE'], visibility: 'public' });
    const files = Array.from({ length: 5 }, (_, i) => file(`f${i}`));
    const text = publicationLines(plan({ visibility: 'public', pushes: [planPush(repo, there, files)] }), 3).join('\n');
    for (const words of [
      /PUBLIC, everybody can see it/,
      /on top of commit cccccccccccc; 5 files, 10\.0 KiB/,
      /and 2 more/,
    ])
      assert.match(text, words);
    assert.match(text, /removed {2}old\.safetensors[^]*stays {2}LICENSE[^]*these were not compared/);
  });
});
