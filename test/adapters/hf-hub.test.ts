import assert from 'node:assert/strict';
import { mapRows } from '../../src/core/data/map-rows';
import { HfHub } from '../../src/adapters/hf-hub/hf-hub';
import { FileRows } from '../../src/adapters/rows/file-rows';
import type { RowsOnHub } from '../../src/core/ports/hub';
import type { ReadOptions, ReadRow, RowSource } from '../../src/core/ports/rows';
import { notReady, rateLimited, type Fault } from '../../src/practice/servers/faults';
import { InstantClock } from '../support/instant-clock';
import { inTurn, startFaultyServers, type FaultyServers } from '../support/practice';
import { dataWorld } from '../support/data-world';
import { questions } from '../support/small-world';

type Which = Omit<RowsOnHub, 'id'> & { limit?: number; token?: string };

describe('HfHub', () => {
  let servers: FaultyServers;
  let clock: InstantClock;
  before(async () => (servers = await startFaultyServers(dataWorld(), 'hf_right')));
  after(() => servers.stop());
  beforeEach(() => {
    clock = new InstantClock();
    servers.setFaults(undefined);
  });
  const hub = (token?: string) =>
    new HfHub({
      endpoint: `${servers.hub}/`,
      viewer: servers.viewer,
      clock,
      token: async () => token,
      openFiles: (files) => new FileRows(files),
    });
  const read = async (source: RowSource, options: ReadOptions = {}): Promise<ReadRow[]> => {
    const found: ReadRow[] = [];
    for await (const row of source.rows(options)) found.push(row);
    return found;
  };
  const rows = async (id: string, { limit = 1000, token, ...which }: Which = {}) =>
    (await read(await hub(token).rows({ id, ...which }), { limit })).map(({ row }) => row);
  const described = async (id: string, which: Omit<RowsOnHub, 'id'> = {}) =>
    (await hub().rows({ id, ...which })).describe();

  it('searches by name, word by word when the whole text finds too little', async () => {
    const hits = await hub().searchDatasets({ text: 'colours', limit: 5 });
    assert.equal(hits[0]?.id, 'glim/colours');
    assert.deepEqual([hits[0]?.licence, hits[0]?.downloads, hits[0]?.gated], ['apache-2.0', 500, false]);
    const inWords = await hub().searchDatasets({ text: 'a dataset of mixed glim things', limit: 3 });
    assert.equal(inWords[0]?.id, 'glim/mixed');
    assert.equal(inWords.length, 3);
  });

  it('searches by the paper that a dataset goes with', async () => {
    for (const paper of ['2501.00002', 'arXiv:2501.00002v1', 'https://arxiv.org/abs/2501.00002v3']) {
      const hits = await hub().searchDatasets({ paper, limit: 5 });
      assert.deepEqual(
        hits.map((hit) => hit.id),
        ['glim/colours'],
      );
    }
    assert.deepEqual(await hub().searchDatasets({ paper: 'doi:10.1234/x', limit: 5 }), []);
  });

  it('reads a card: revision, licence, and the text without its metadata block', async () => {
    const card = await hub().datasetCard('glim/mixed');
    assert.match(card.revision, /^[0-9a-f]{40}$/);
    assert.deepEqual([card.licence, card.text], ['cc-by-nc-4.0', '# glim/mixed\n\nInvented for tests.']);
    assert.equal((await hub().datasetCard('glim/mixed', card.revision)).revision, card.revision);
  });

  it('describes a split: its siblings with their sizes, its columns with their types, where it was read', async () => {
    const { splits, columns, rows: count, revision, from } = await described('glim/colours');
    assert.deepEqual(splits, [
      { config: 'default', split: 'train', rows: 120 },
      { config: 'default', split: 'test', rows: 5 },
    ]);
    assert.deepEqual(columns, [
      { name: 'question', type: 'string' },
      { name: 'answer', type: 'string' },
    ]);
    assert.deepEqual([count, from], [120, 'the dataset viewer']);
    assert.match(revision ?? '', /^[0-9a-f]{40}$/);
    const chat = await described('glim/mixed', { config: 'chat' });
    assert.deepEqual(chat.columns[0], { name: 'messages', type: 'list<struct<role: string, content: string>>' });
  });

  it('reads rows in order, and samples over the whole split', async () => {
    assert.deepEqual(await rows('glim/colours'), questions);
    const many = await hub().rows({ id: 'glim/many' });
    const sample = await read(many, { limit: 300, sample: 5 });
    assert.equal(sample.length, 300);
    assert.ok((sample[0]?.index ?? 0) < 1000 && (sample.at(-1)?.index ?? 0) > 2000);
    assert.ok(sample.every(({ index, row }) => row['id'] === index));
  });

  it('maps every row where the whole is asked for; of a part, it says that it is one', async () => {
    const whole = await mapRows(await hub().rows({ id: 'glim/many', whole: true }));
    assert.deepEqual([whole.mapped, whole.unmapped, whole.problems], [3000, 0, []]);
    const part = await mapRows(await hub().rows({ id: 'glim/many' }));
    assert.deepEqual([part.mapped, part.problems], [1000, ['Only 1000 of 3000 rows could be read.']]);
    const few = await mapRows(await hub().rows({ id: 'glim/many' }), { rows: 20 });
    assert.deepEqual([few.mapped, few.problems], [20, []]);
  });

  it('never asks the viewer for more than ten pages', async () => {
    const from = servers.requests().length;
    assert.equal((await read(await hub().rows({ id: 'glim/many' }), { limit: 5000, sample: 1 })).length, 1000);
    const pages = servers
      .requests()
      .slice(from)
      .filter(({ path }) => path === '/rows');
    assert.ok(pages.length <= 11);
  });

  it('says which cells came shortened', async () => {
    const [first] = await read(await hub().rows({ id: 'glim/long' }));
    assert.deepEqual(first?.cut, ['text']);
  });

  it('reads the data files themselves when the viewer cannot serve a dataset', async () => {
    assert.deepEqual(await rows('glim/unviewable', { limit: 4 }), questions.slice(0, 4));
    const { columns, from } = await described('glim/unviewable');
    assert.deepEqual(columns[0], { name: 'question', type: 'string' });
    assert.equal(from, 'its files, by range');
  });

  it('reads Parquet by range, no more bytes than it needs', async () => {
    const from = servers.requests().length;
    const source = await hub().rows({ id: 'glim/parquet' });
    const { rows: count, from: where } = await source.describe();
    assert.deepEqual([count, where], [120, 'its files, by range']);
    assert.deepEqual((await read(source, { limit: 1 }))[0]?.row['id'], 0);
    const files = servers
      .requests()
      .slice(from)
      .filter(({ path }) => path.endsWith('.parquet'));
    assert.ok(files.length > 0 && files.every(({ headers }) => /^bytes=\d+-\d+$/.test(headers['range'] ?? '')));
    assert.equal((await read(source, { limit: 30, sample: 2 })).length, 30);
  });

  it('counts the bad lines of a data file', async () => {
    const bad: string[] = [];
    await read(await hub().rows({ id: 'glim/broken' }), { onBad: ({ place }) => bad.push(place) });
    assert.deepEqual(bad, ['train.jsonl, line 2']);
  });

  it('reads CSV files, and makes do with an empty README', async () => {
    assert.deepEqual(await rows('glim/sheet'), [
      { name: 'glim', note: 'one, "two"' },
      { name: 'flim', note: 'three' },
    ]);
    servers.setFaults(({ path }) => (path.endsWith('README.md') ? { kind: 'status', status: 416 } : undefined));
    assert.equal((await hub().datasetCard('glim/sheet')).text, '');
  });

  it('says which splits there are when another is asked for', async () => {
    await assert.rejects(rows('glim/unviewable', { split: 'nope' }), {
      reason: 'bad-input',
      next: /default\/train/,
    });
  });

  it('says why when neither viewer nor files help', async () => {
    await assert.rejects(rows('glim/pictures'), {
      reason: 'hub-unavailable',
      message: /could not be streamed.*no files of rows/,
    });
  });

  it('puts side by side what card, files and text say of the licence', async () => {
    const { licences } = await hub().datasetCard('glim/unclear');
    assert.deepEqual(licences, [
      { where: 'the card', licences: ['other'], name: 'house rules', link: 'https://glim.example/rules' },
      { where: 'its tags', licences: ['other'] },
      { where: 'the file LICENSE', licences: ['apache-2.0'] },
      { where: "the README's text", licences: ['cc-by-nc-4.0'] },
    ]);
  });

  it('says that a dataset, or its revision, is missing', async () => {
    const missing = { reason: 'hub-not-found', message: /glim\/nothing does not exist/, next: /Check its name/ };
    await assert.rejects(hub().datasetCard('glim/nothing'), missing);
    await assert.rejects(hub('hf_right').datasetCard('glim/nothing'), missing);
    await assert.rejects(rows('glim/nothing'), missing);
    await assert.rejects(hub().datasetCard('glim/colours', 'v9'), {
      reason: 'hub-not-found',
      message: /no such revision/,
    });
  });

  it('asks for nothing that is no name of a dataset', async () => {
    const from = servers.requests().filter((request) => request.service === 'hub').length;
    await assert.rejects(hub('hf_right').datasetCard('../whoami-v2?x='), { reason: 'hub-not-found' });
    await assert.rejects(rows('glim/../../api', { token: 'hf_right' }), { reason: 'hub-not-found' });
    assert.equal(servers.requests().filter((request) => request.service === 'hub').length, from);
  });

  it('says how to get at a gated dataset, and reads it with a token that has access', async () => {
    await assert.rejects(rows('glim/locked'), {
      reason: 'hub-gated',
      next: new RegExp(`Ask for access at ${servers.hub}/datasets/glim/locked`),
    });
    const card = await hub().datasetCard('glim/locked');
    assert.equal(card.gated, true);
    assert.match(card.gating?.how ?? '', new RegExp(`Sign in at ${servers.hub}/datasets/glim/locked and`));
    assert.deepEqual(await rows('glim/locked', { token: 'hf_right', limit: 5 }), questions.slice(0, 5));
  });

  it('says that a token was refused', async () => {
    await assert.rejects(rows('glim/locked', { token: 'hf_wrong' }), {
      reason: 'hub-unavailable',
      next: /token was refused/,
    });
  });

  it('sends the token to the Hub only', async () => {
    const from = servers.requests().length;
    await rows('glim/locked', { token: 'hf_right' });
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
    servers.setFaults(inTurn((request) => request.path === '/rows', notReady(), notReady()));
    assert.equal((await rows('glim/colours', { limit: 3 })).length, 3);
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
      assert.deepEqual(await rows('glim/colours', { split: 'test' }), questions.slice(0, 5));
    });
  }

  it('reads the first rows when the viewer has no pages of a dataset', async () => {
    const disabled: Fault = {
      kind: 'status',
      status: 501,
      headers: { 'x-error-code': 'NotSupportedDisabledViewerError' },
    };
    servers.setFaults(({ path }) => (path === '/rows' ? disabled : undefined));
    assert.equal((await rows('glim/colours')).length, 100);
    assert.match((await described('glim/colours')).from, /only the first rows/);
  });

  it('goes on when the viewer fails at a page half-way, and says which', async () => {
    const source = await hub().rows({ id: 'glim/many' });
    const broken: Fault = { kind: 'status', status: 500, headers: { 'x-error-code': 'RowsTooBig' } };
    servers.setFaults(inTurn(({ path }) => path === '/rows', broken));
    const bad: string[] = [];
    const found = await read(source, { limit: 300, sample: 3, onBad: ({ place }) => bad.push(place) });
    assert.equal(found.length, 200);
    assert.match(bad[0] ?? '', /^rows \d+ and on$/);
  });

  it('stops at the first page that the viewer refuses, waits no longer than ten seconds, and says what is missing', async () => {
    const source = await hub().rows({ id: 'glim/many' });
    servers.setFaults(({ path }) => (path === '/rows' ? rateLimited(4) : undefined));
    const from = servers.requests().length;
    const bad: string[] = [];
    const found = await read(source, { limit: 1000, onBad: ({ why }) => bad.push(why) });
    assert.equal(found.length, 100);
    assert.deepEqual(bad.length, 1);
    assert.match(bad[0] ?? '', /HTTP 429.*, and 8 more pages of 100 rows were not asked for/);
    assert.equal(servers.requests().length - from, 3);
    assert.ok(clock.sleeps.reduce((sum, wait) => sum + wait, 0) <= 10_000);
  });

  it('follows a renamed dataset to its new name', async () => {
    assert.equal((await described('glim/old-name')).id, 'glim/new-name');
    assert.equal((await hub().datasetCard('glim/old-name')).id, 'glim/new-name');
  });

  for (const [what, headers] of [
    ['is of another commit', { 'x-revision': 'f'.repeat(40) }],
    ['does not say of which commit', {}],
  ] as const) {
    it(`reads the files when what the viewer gives ${what}`, async () => {
      const body = JSON.stringify({ features: [], rows: [{ row_idx: 0, row: { question: 'not ours' } }] });
      servers.setFaults(({ path }) => (path === '/rows' ? { kind: 'status', status: 200, headers, body } : undefined));
      assert.deepEqual(await rows('glim/colours', { limit: 2 }), questions.slice(0, 2));
    });
  }

  it('goes on without sizes when only they are missing', async () => {
    servers.setFaults((request) => (request.path === '/size' ? { kind: 'status', status: 500 } : undefined));
    assert.deepEqual((await described('glim/mixed')).splits[0], { config: 'chat', split: 'train', rows: null });
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
