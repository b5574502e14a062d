import assert from 'node:assert/strict';
import { HfDocs } from '../../../src/adapters/hf-docs/hf-docs';
import { MlInternError } from '../../../src/core/errors';
import { rateLimited, type Fault } from '../../../src/practice/servers/faults';
import { docs as pages } from '../../../src/practice/world/docs';
import { InstantClock } from '../../support/instant-clock';
import { startFaultyServers, type FaultyServers } from '../../support/practice';

describe('the documentation', () => {
  let servers: FaultyServers;
  let docs: HfDocs;

  before(async () => {
    servers = await startFaultyServers({ datasets: [], models: [], papers: [], docs: pages });
  });
  after(() => servers.stop());
  beforeEach(() => {
    servers.setFaults(undefined);
    docs = new HfDocs({ endpoint: servers.hub, clock: new InstantClock(), token: () => Promise.resolve('hf-secret') });
  });

  const refused = (asked: Promise<unknown>, message: RegExp, next = /./) =>
    assert.rejects(
      asked,
      (error) => MlInternError.is(error, 'lookup-unavailable') && message.test(error.message) && next.test(error.next),
    );
  const onSearch = (fault: Fault) => servers.setFaults(({ path }) => (path === '/api/docs/search' ? fault : undefined));

  it('is searched by the words of its sections', async () => {
    const { items, missing } = await docs.search('longest row', { package: 'trl', limit: 3 });
    assert.deepEqual(missing, []);
    assert.equal(items[0]?.page, 'trl/sft_trainer#longest-row');
    assert.match(items[0].text, /^A row longer than/);
    assert.deepEqual((await docs.search('longest row', { package: 'peft', limit: 3 })).items, []);
  });

  it('is found by its contents when the search does not answer, and says so', async () => {
    for (const fault of [rateLimited(60), rateLimited(), { kind: 'status', status: 404 }, { kind: 'invalid-json' }]) {
      onSearch(fault as Fault);
      const { items, missing } = await docs.search('trl sft trainer longest row', { limit: 2 });
      assert.equal(items[0]?.page, 'trl/sft_trainer#longest-row');
      assert.match(missing[0] ?? '', /own search .* from the contents of trl/);
    }
  });

  it('says why when there is nothing to be had', async () => {
    for (const fault of [rateLimited(60), { kind: 'reset' }, { kind: 'truncate' }, { kind: 'status', status: 503 }]) {
      servers.setFaults(() => fault as Fault);
      await refused(docs.search('sft', { limit: 2 }), /could not be asked/, /look_up_signature/);
      await refused(docs.read('trl/sft_trainer'), /could not be asked/);
    }
  });

  it('is read by path or address, in sections named by their anchors', async () => {
    for (const page of ['trl/sft_trainer', '/docs/trl/sft_trainer.md', `${servers.hub}/docs/trl/sft_trainer#x`]) {
      const { title, sections } = await docs.read(page);
      assert.equal(title, 'SFT Trainer');
      assert.deepEqual(sections.map(({ id }) => id).slice(-2), ['longest-row', 'trl.SFTConfig']);
      assert.equal(sections.at(-1)?.title, 'SFTConfig');
    }
    assert.equal((await docs.read('https://huggingface.co/docs/trl/sft_trainer')).id, 'trl/sft_trainer');
  });

  it('names near pages for one that does not exist, and reads no other site', async () => {
    await refused(docs.read('trl/sft_training'), /no page trl\/sft_training/, /trl\/sft_trainer/);
    await refused(docs.read('nothing/at_all'), /no page/, /search_docs/);
    const before = servers.requests().length;
    for (const page of ['https://example.org/docs/trl/x', '../api/whoami-v2', 'trl/../../api', 'a b']) {
      await assert.rejects(docs.read(page), (error) => MlInternError.is(error, 'bad-input'));
    }
    assert.equal(servers.requests().length, before);
  });

  it('gives the token to the Hub only', async () => {
    const away = `${servers.gitHub}/raw/x/y/z`;
    servers.setFaults(({ service }) =>
      service === 'docs' ? { kind: 'status', status: 302, headers: { location: away } } : undefined,
    );
    await refused(docs.read('trl/sft_trainer'), /no page/);
    const asked = servers.requests();
    assert.equal(asked.find(({ service }) => service === 'docs')?.headers['authorization'], 'Bearer hf-secret');
    assert.ok(asked.some(({ service }) => service === 'github'));
    assert.ok(asked.filter(({ service }) => service === 'github').every(({ headers }) => !headers['authorization']));
  });
});
