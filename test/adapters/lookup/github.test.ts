import assert from 'node:assert/strict';
import { GitHub } from '../../../src/adapters/github/github';
import type { GitHubOptions } from '../../../src/adapters/github/client';
import { MlInternError } from '../../../src/core/errors';
import { rateLimited, type Fault } from '../../../src/practice/servers/faults';
import { repositories } from '../../../src/practice/world/code';
import { InstantClock } from '../../support/instant-clock';
import { startFaultyServers, type FaultyServers } from '../../support/practice';

const repo = 'practice/almanac-recipes';
const spent: Fault = {
  kind: 'status',
  status: 403,
  headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Date.UTC(2026, 0, 1, 12, 34) / 1000) },
  body: '{"message":"API rate limit exceeded"}',
};

describe('code on GitHub', () => {
  let servers: FaultyServers;

  before(async () => {
    const large = {
      name: 'practice/large',
      branch: 'main',
      truncated: true,
      files: { 'a.py': 'x = 1', 'b/c.py': 'y' },
    };
    const content = { datasets: [], models: [], papers: [], repositories: [...repositories, large] };
    servers = await startFaultyServers(content);
  });
  after(() => servers.stop());
  beforeEach(() => servers.setFaults(undefined));

  const host = (options: Partial<GitHubOptions> = {}) =>
    new GitHub({
      api: `${servers.gitHub}/api`,
      raw: `${servers.gitHub}/raw`,
      codeload: `${servers.gitHub}/codeload`,
      clock: new InstantClock(),
      ...options,
    });
  const signedIn = () => host({ token: () => Promise.resolve('gh-secret') });
  const refused = (asked: Promise<unknown>, message: RegExp) =>
    assert.rejects(asked, (error) => MlInternError.is(error) && message.test(error.message) && error.next !== '');
  const onApi = (fault: Fault) => servers.setFaults(({ path }) => (path.startsWith('/api/') ? fault : undefined));

  it('is listed, searched and read without a token', async () => {
    const { entries } = await host().tree({ repo: `https://github.com/${repo}.git` });
    assert.ok(entries.some(({ path, bytes }) => path === 'examples/sft.py' && bytes > 100));
    assert.deepEqual(
      (await host().tree({ repo, path: 'examples/' })).entries.map(({ path }) => path),
      ['examples/sft.py'],
    );
    const { matches, files } = await host().search('sftconfig(OUTPUT_DIR', { repo }, 10);
    assert.equal(files, 4);
    assert.deepEqual(
      matches.map(({ path, text }) => [path, text.slice(0, 18)]),
      [['examples/sft.py', 'config = SFTConfig']],
    );
    assert.equal((await host().search('load_dataset rows.jsonl', { repo }, 10)).matches.length, 1);
    const { text, url } = await host().file({ repo, path: 'examples/sft.py' });
    assert.match(text, /^"""Trains on rows/);
    assert.equal(url, `https://github.com/${repo}/blob/HEAD/examples/sft.py`);
  });

  it('shows a notebook without its outputs, and no file that is no text', async () => {
    const { text } = await host().file({ repo, path: 'notebooks/look.ipynb' });
    assert.equal(text, '# A look at the rows\nHow long are they?\n\n```python\nrows["answer"].map(len).max()\n```');
    await refused(host().file({ repo, path: 'media/curve.png' }), /is no text \(8 bytes\)/);
  });

  it('is there whole when the list of files is not, or when questions are used up', async () => {
    assert.equal((await host().tree({ repo: 'practice/large' })).entries.length, 2);
    onApi(spent);
    assert.equal((await host().tree({ repo })).entries.length, 5);
    servers.setFaults(({ path }) => (path.startsWith('/codeload') ? { kind: 'status', status: 404 } : undefined));
    const { entries, note } = await host().tree({ repo: 'practice/large' });
    assert.equal(entries.length, 1);
    assert.match(note ?? '', /only a part/);
  });

  it('says when a limit ends, and what is not counted', async () => {
    servers.setFaults(() => spent);
    await refused(host().tree({ repo }), /60 questions an hour without a token: no more until 12:34 UTC/);
    await refused(signedIn().searchEverywhere('x', 5), /limit of the GitHub token is reached/);
    servers.setFaults(() => rateLimited(3600));
    await refused(host().tree({ repo }), /no more until/);
    servers.setFaults(() => rateLimited());
    await refused(host().file({ repo, path: 'README.md' }), /no more for now/);
  });

  it('says what does not exist, and refuses names that could lead elsewhere', async () => {
    await refused(host().tree({ repo: 'practice/nothing' }), /has no practice\/nothing, or is private/);
    await refused(host().search('x', { repo, ref: 'v9' }, 5), /has no practice\/almanac-recipes at v9/);
    await refused(host().file({ repo, path: 'no.py' }), /has no no\.py in/);
    for (const name of ['x', 'a/b/c', '../..', 'a/..', 'a/b?c'])
      await refused(host().tree({ repo: name }), /not a repository/);
    await refused(host().tree({ repo, ref: '../../user' }), /has no/);
    await refused(host().file({ repo, path: '../../../user' }), /has no/);
    await refused(host().searchEverywhere('x', 5), /only for those who sign in/);
  });

  it('answers in time or says why not: cut archives, pages of a proxy, closed connections', async () => {
    servers.setFaults(() => ({ kind: 'invalid-json' }));
    await refused(host().tree({ repo }), /is no archive/);
    await refused(host().search('x', { repo }, 5), /is no archive/);
    servers.setFaults(() => ({ kind: 'truncate' }));
    await refused(host().search('x', { repo }, 5), /could not answer/);
    servers.setFaults(() => ({ kind: 'reset' }));
    await refused(host().file({ repo, path: 'README.md' }), /could not answer/);
    servers.setFaults(() => ({ kind: 'status', status: 200, body: '\x1f\x8b damaged' }));
    await refused(host().search('x', { repo }, 5), /archive/);
  });

  it('gives the token to the API alone, not where that sends its caller', async () => {
    const before = servers.requests().length;
    assert.equal((await signedIn().search('SFTConfig', { repo }, 5)).matches.length, 2);
    await signedIn().file({ repo, path: 'README.md' });
    const [found] = (await signedIn().searchEverywhere('sftconfig', 5)).matches;
    assert.equal(found?.path, `${repo}/examples/sft.py`);
    const asked = servers.requests().slice(before);
    const sent = (path: RegExp) =>
      asked.filter((each) => path.test(each.path)).map((each) => each.headers['authorization']);
    assert.deepEqual(sent(/^\/api\/repos\/.*tarball/), ['Bearer gh-secret']);
    assert.deepEqual(sent(/^\/codeload\//), [undefined]);
    assert.deepEqual(sent(/contents/), ['Bearer gh-secret']);
  });
});
