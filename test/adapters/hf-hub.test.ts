import assert from 'node:assert/strict';
import { HfHub } from '../../src/adapters/hf-hub/hf-hub';
import { notReady, rateLimited, type Fault } from '../../src/practice/servers/faults';
import { InstantClock } from '../support/instant-clock';
import { inTurn, startFaultyServers, type FaultyServers } from '../support/practice';
import { questions, smallWorld } from '../support/small-world';

describe('HfHub', () => {
  let servers: FaultyServers;
  let clock: InstantClock;
  before(async () => (servers = await startFaultyServers(smallWorld(), 'hf_right')));
  after(() => servers.stop());
  beforeEach(() => {
    clock = new InstantClock();
    servers.setFaults(undefined);
  });
  const hub = (token?: string) =>
    new HfHub({ endpoint: `${servers.hub}/`, viewer: servers.viewer, clock, token: async () => token });

  it('searches by name, word by word when the whole text finds too little', async () => {
    const hits = await hub().searchDatasets({ text: 'colours', limit: 5 });
    assert.equal(hits[0]?.id, 'glim/colours');
    assert.deepEqual([hits[0]?.licence, hits[0]?.downloads, hits[0]?.gated], ['apache-2.0', 500, false]);
    const inWords = await hub().searchDatasets({ text: 'a dataset of mixed glim things', limit: 3 });
    assert.equal(inWords[0]?.id, 'glim/mixed');
    assert.equal(inWords.length, 3);
  });

  it('searches by the paper that a dataset goes with', async () => {
    const hits = await hub().searchDatasets({ paper: '2501.00002', limit: 5 });
    assert.deepEqual(
      hits.map((hit) => hit.id),
      ['glim/colours'],
    );
  });

  it('reads a card: revision, licence, and the text without its metadata block', async () => {
    const card = await hub().datasetCard('glim/mixed');
    assert.match(card.revision, /^[0-9a-f]{40}$/);
    assert.deepEqual([card.licence, card.text], ['cc-by-nc-4.0', '# glim/mixed\n\nInvented for tests.']);
    assert.equal((await hub().datasetCard('glim/mixed', card.revision)).revision, card.revision);
  });

  it('lists splits with their sizes and previews rows with their types', async () => {
    assert.deepEqual(await hub().splits('glim/colours'), [
      { config: 'default', split: 'train', rows: 120 },
      { config: 'default', split: 'test', rows: 5 },
    ]);
    const preview = await hub().preview('glim/colours', 'default', 'train', 3);
    assert.deepEqual(preview.rows, questions.slice(0, 3));
    assert.deepEqual(preview.columns, [
      { name: 'question', type: 'string' },
      { name: 'answer', type: 'string' },
    ]);
    assert.equal(preview.truncated, true);
    const chat = await hub().preview('glim/mixed', 'chat', 'train', 3);
    assert.deepEqual(chat.columns[0], { name: 'messages', type: 'list<struct<role: string, content: string>>' });
  });

  it('reads the data files themselves when the viewer cannot serve a dataset', async () => {
    assert.deepEqual(await hub().splits('glim/unviewable'), [{ config: 'default', split: 'train', rows: null }]);
    const preview = await hub().preview('glim/unviewable', 'default', 'train', 4);
    assert.deepEqual(preview.rows, questions.slice(0, 4));
    assert.deepEqual(preview.columns[0], { name: 'question', type: 'string' });
  });

  it('says which line of a data file is broken', async () => {
    await assert.rejects(hub().preview('glim/broken', 'default', 'train', 4), {
      reason: 'hub-unavailable',
      message: /Line 2 of the data file train\.jsonl is not JSON/,
    });
  });

  it('reads CSV files, and makes do with an empty README or data file', async () => {
    const preview = await hub().preview('glim/sheet', 'default', 'train', 4);
    assert.deepEqual(preview.rows, [
      { name: 'glim', note: 'one, "two"' },
      { name: 'flim', note: 'three' },
    ]);
    servers.setFaults(({ path }) => (path.endsWith('README.md') ? { kind: 'status', status: 416 } : undefined));
    assert.equal((await hub().datasetCard('glim/sheet')).text, '');
    await assert.rejects(hub().preview('glim/sheet', 'default', 'test', 4), { reason: 'hub-unavailable' });
  });

  it('says why when neither viewer nor files help', async () => {
    await assert.rejects(hub().preview('glim/unviewable', 'default', 'nope', 4), {
      reason: 'hub-unavailable',
      message: /could not be streamed.*no JSON-lines or CSV file/,
    });
  });

  it('says that a dataset, or its revision, is missing', async () => {
    const missing = { reason: 'hub-not-found', message: /glim\/nothing does not exist/, next: /Check its name/ };
    await assert.rejects(hub().datasetCard('glim/nothing'), missing);
    await assert.rejects(hub('hf_right').datasetCard('glim/nothing'), missing);
    await assert.rejects(hub().splits('glim/nothing'), missing);
    await assert.rejects(hub().preview('glim/nothing', 'default', 'train', 5), missing);
    await assert.rejects(hub().datasetCard('glim/colours', 'v9'), {
      reason: 'hub-not-found',
      message: /no such revision/,
    });
  });

  it('asks for nothing that is no name of a dataset', async () => {
    const from = servers.requests().filter((request) => request.service === 'hub').length;
    await assert.rejects(hub('hf_right').datasetCard('../whoami-v2?x='), { reason: 'hub-not-found' });
    await assert.rejects(hub('hf_right').splits('glim/../../api'), { reason: 'hub-not-found' });
    assert.equal(servers.requests().filter((request) => request.service === 'hub').length, from);
  });

  it('says how to get at a gated dataset, and reads it with a token that has access', async () => {
    await assert.rejects(hub().preview('glim/locked', 'default', 'train', 5), {
      reason: 'hub-gated',
      next: new RegExp(`Ask for access at ${servers.hub}/datasets/glim/locked`),
    });
    assert.equal((await hub().datasetCard('glim/locked')).gated, true);
    const preview = await hub('hf_right').preview('glim/locked', 'default', 'train', 5);
    assert.deepEqual(preview.rows, questions.slice(0, 5));
  });

  it('says that a token was refused', async () => {
    await assert.rejects(hub('hf_wrong').preview('glim/locked', 'default', 'train', 5), {
      reason: 'hub-unavailable',
      next: /token was refused/,
    });
  });

  it('sends the token to the Hub only', async () => {
    const from = servers.requests().length;
    await hub('hf_right').preview('glim/locked', 'default', 'train', 5);
    const sent = servers.requests().slice(from);
    const withToken = sent.filter((request) => request.headers['authorization'] === 'Bearer hf_right');
    assert.ok(sent.some((request) => request.service === 'viewer'));
    assert.deepEqual([...new Set(withToken.map((request) => request.service))], ['hub']);
  });

  const passing: [string, Fault][] = [
    ['a 429 that says how long to wait', rateLimited(2)],
    ['a 429 that does not', rateLimited()],
    ['a body cut half-way', { kind: 'truncate' }],
    ['a connection reset', { kind: 'reset' }],
    ['a 503', { kind: 'status', status: 503 }],
  ];
  for (const [what, fault] of passing) {
    it(`gets over ${what}`, async () => {
      servers.setFaults(inTurn((request) => request.service === 'hub', fault));
      assert.equal((await hub().datasetCard('glim/colours')).licence, 'apache-2.0');
      assert.equal(clock.sleeps.length, 1);
    });
  }

  it('waits for a viewer that is still computing', async () => {
    servers.setFaults(inTurn((request) => request.path === '/first-rows', notReady(), notReady()));
    assert.equal((await hub().preview('glim/colours', 'default', 'train', 3)).rows.length, 3);
    assert.deepEqual(clock.sleeps, [500, 1000]);
  });

  const viewerTroubles: [string, Fault][] = [
    ['computes for ever', notReady()],
    ['sends a web page', { kind: 'invalid-json' }],
    ['is out of order', { kind: 'reset' }],
    ['refuses more requests', rateLimited(3600)],
  ];
  for (const [what, fault] of viewerTroubles) {
    it(`reads the files when the viewer ${what}`, async () => {
      servers.setFaults((request) => (request.service === 'viewer' ? fault : undefined));
      assert.deepEqual((await hub().preview('glim/colours', 'default', 'test', 9)).rows, questions.slice(0, 5));
    });
  }

  it('goes on without sizes when only they are missing', async () => {
    servers.setFaults((request) => (request.path === '/size' ? { kind: 'status', status: 500 } : undefined));
    assert.deepEqual((await hub().splits('glim/mixed'))[0], { config: 'chat', split: 'train', rows: null });
  });

  const troubles: [string, Fault, RegExp, RegExp][] = [
    ['refuses more requests', rateLimited(3600), /HTTP 429, "Too Many Requests"/, /give a Hub token/],
    ['sends a web page', { kind: 'invalid-json' }, /not what a Hub sends/, /endpoint/],
    ['closes every connection', { kind: 'reset' }, /could not answer/, /network/],
    ['fails every time', { kind: 'status', status: 500 }, /HTTP 500/, /later/],
  ];
  for (const [what, fault, message, next] of troubles) {
    it(`says so when the Hub ${what}`, async () => {
      servers.setFaults(() => fault);
      await assert.rejects(hub().datasetCard('glim/colours'), { reason: 'hub-unavailable', message, next });
    });
  }

  it('stops at once when asked to', async () => {
    servers.setFaults(() => ({ kind: 'slow', milliseconds: 5_000 }));
    const stop = new AbortController();
    const asked = hub().datasetCard('glim/colours', undefined, stop.signal);
    setImmediate(() => stop.abort());
    await assert.rejects(asked, { name: 'AbortError' });
  });
});
