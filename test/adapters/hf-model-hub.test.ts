/** Pushing with the real client of the Hub, over HTTP, to the miniature Hub: what arrives, what goes on after a cut, and each way to be refused. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HfModelHub } from '../../src/adapters/hf-hub/hf-model-hub';
import { sha256 } from '../../src/core/hash';
import type { HubFile, HubPush } from '../../src/core/ports/model-hub';
import type { PracticeRequest } from '../../src/practice/servers/exchange';
import type { PracticeServerOptions } from '../../src/practice/servers/start';
import { closedPort } from '../support/app/closed-port';
import { InstantClock } from '../support/instant-clock';
import { inTurn, startFaultyServers, type FaultyServers } from '../support/practice';
import { smallWorld } from '../support/small-world';

const token = 'hf_right_token';
const weights = Buffer.alloc(3_000_000, 'weights');

describe('HfModelHub', () => {
  let folder: string;
  let servers: FaultyServers;
  const opened: FaultyServers[] = [];
  const open = async (more: Partial<PracticeServerOptions> = {}) => {
    const started = await startFaultyServers(smallWorld(), token, more);
    opened.push(started);
    return started;
  };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ml-intern-push-'));
    await writeFile(join(folder, 'model.safetensors'), weights);
    await writeFile(join(folder, 'second.safetensors'), 'more weights');
    await writeFile(join(folder, 'config.json'), '{"a": 1}');
    servers = await open();
  });
  after(async () => {
    await Promise.all(opened.map((each) => each.stop()));
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => servers.setFaults(undefined));

  const hub = (at = servers.hub, given: string | undefined = token) =>
    new HfModelHub({ endpoint: `${at}/`, token: async () => given, clock: new InstantClock() });
  const file = (path: string, content: string | Uint8Array): HubFile => {
    const bytes = Buffer.from(content);
    return { path, sha256: sha256(bytes), bytes: bytes.length, source: join(folder, path) };
  };
  const push = (id: string, more: Partial<HubPush> = {}): HubPush => ({
    repo: { kind: 'model', id },
    visibility: 'private',
    files: [file('model.safetensors', weights), file('config.json', '{"a": 1}')],
    removes: [],
    onto: null,
    title: 'Publish',
    ...more,
  });
  const got = (path: string, as: string | null = token) =>
    fetch(`${servers.hub}/${path}`, as === null ? {} : { headers: { authorization: `Bearer ${as}` } });
  const asked = (method: string, path: RegExp, from = 0) =>
    servers
      .requests()
      .slice(from)
      .filter((request) => request.method === method && path.test(request.path));
  const isUpload = ({ method, path }: Pick<PracticeRequest, 'method' | 'path'>) =>
    method === 'PUT' && path.startsWith('/_lfs/');

  it('knows whose token it is and where it may write', async () => {
    assert.deepEqual(await hub().account(), { name: 'practice', namespaces: ['practice', 'glim'], canWrite: true });
    const reading = await open({ role: 'read' });
    assert.equal((await hub(reading.hub).account()).canWrite, false);
  });

  it('makes a private repository and puts everything there with one commit, large files as they lie on the disk', async () => {
    const told: number[] = [];
    const { commit, url } = await hub().push(push('practice/one'), { onProgress: ({ bytes }) => told.push(bytes) });
    assert.equal(url, `${servers.hub}/practice/one/commit/${commit}`);
    const found = await hub().find({ kind: 'model', id: 'practice/one' });
    assert.deepEqual(
      { ...found, files: found?.files.toSorted() },
      {
        ...{ id: 'practice/one', visibility: 'private', revision: commit },
        files: ['.gitattributes', 'config.json', 'model.safetensors'],
      },
    );
    const there = Buffer.from(await (await got('practice/one/resolve/main/model.safetensors')).arrayBuffer());
    assert.ok(there.equals(weights));
    assert.equal((await got('practice/one/resolve/main/config.json', null)).status, 401);
    assert.deepEqual(
      [told[0], told.at(-1), told.every((bytes, i) => bytes >= (told[i - 1] ?? 0))],
      [0, 3_000_008, true],
    );
    assert.equal(asked('POST', /practice\/one\/commit/).length, 1);
  });

  it('stands on the commit that was shown, takes out what is told, and leaves the rest', async () => {
    const first = await hub().push(push('practice/two', { files: [file('second.safetensors', 'more weights')] }));
    const next = push('practice/two', { onto: first.commit, removes: ['second.safetensors'] });
    await hub().push(next);
    const files = (await hub().find(next.repo))?.files.toSorted();
    assert.deepEqual(files, ['.gitattributes', 'config.json', 'model.safetensors']);
    await assert.rejects(hub().push(next), { reason: 'hub-conflict', message: /changed by somebody else/ });
  });

  it('sends only what is missing when it is done again after a cut', async () => {
    const both = push('practice/cut', {
      files: [
        file('second.safetensors', 'more weights!'.slice(0, 12)),
        file('model.safetensors', Buffer.alloc(3_000_000, 'other')),
      ],
    });
    await writeFile(join(folder, 'model.safetensors'), Buffer.alloc(3_000_000, 'other'));
    const large = sha256(Buffer.alloc(3_000_000, 'other'));
    servers.setFaults((request) => (isUpload(request) && request.path.endsWith(large) ? { kind: 'reset' } : undefined));
    await assert.rejects(hub().push(both), { reason: 'hub-unavailable', message: /was cut off/ });
    const repo = await hub().find(both.repo);
    assert.deepEqual(repo?.files, ['.gitattributes']);
    servers.setFaults(undefined);
    const before = servers.requests().length;
    await hub().push({ ...both, onto: repo?.revision ?? '' });
    assert.deepEqual(
      asked('PUT', /_lfs/, before).map(({ path }) => path),
      [`/_lfs/${large}`],
    );
    await writeFile(join(folder, 'model.safetensors'), weights);
  });

  it('rides out a short cut and a busy Hub by itself', async () => {
    servers.setFaults(inTurn(isUpload, { kind: 'reset' }, { kind: 'status', status: 503 }));
    await writeFile(join(folder, 'second.safetensors'), 'never sent before');
    await hub().push(push('practice/short', { files: [file('second.safetensors', 'never sent before')] }));
    await writeFile(join(folder, 'second.safetensors'), 'more weights');
  });

  it('sends a very large file in parts, and a part again that was cut', async () => {
    const parted = await open({ partBytes: 1_000_000 });
    const isPart = ({ path }: PracticeRequest) => /_lfs\/\w+\/00002$/.test(path);
    parted.setFaults(inTurn(isPart, { kind: 'reset' }));
    const { commit } = await hub(parted.hub).push(push('practice/parts'));
    const found = await hub(parted.hub).find({ kind: 'model', id: 'practice/parts' });
    assert.equal(found?.revision, commit);
    const sent = parted.requests().filter(({ method, status }) => method === 'PUT' && status === 200);
    assert.deepEqual(sent.map(({ path }) => path.slice(-5)).toSorted(), ['00001', '00002', '00003']);
  });

  it('ends right when only the answer to the commit was lost', async () => {
    const order = push('practice/lost', { files: [file('config.json', '{"a": 1}')] });
    servers.setFaults(inTurn(({ path }) => path.includes('/commit/'), { kind: 'truncate' }));
    await assert.rejects(hub().push(order), { reason: 'hub-unavailable', next: /unless the cut came last of all/ });
    const there = await hub().find(order.repo);
    assert.deepEqual(there?.files.toSorted(), ['.gitattributes', 'config.json']);
    const { commit } = await hub().push({ ...order, onto: there?.revision ?? '' });
    assert.equal((await hub().find(order.repo))?.revision, commit);
  });

  it('commits nothing when a file is not what was approved', async () => {
    const files = [file('config.json', '{"a": 2}')];
    await assert.rejects(hub().push(push('practice/changed', { files })), { reason: 'not-approved' });
    assert.deepEqual((await hub().find({ kind: 'model', id: 'practice/changed' }))?.files, ['.gitattributes']);
  });

  it('makes a Space, too', async () => {
    const app = { path: 'app.py', sha256: sha256('print()'), bytes: 7, source: Buffer.from('print()') };
    await hub().push(
      push('glim/demo', { repo: { kind: 'space', id: 'glim/demo' }, files: [app], visibility: 'public' }),
    );
    assert.equal((await hub().find({ kind: 'space', id: 'glim/demo' }))?.visibility, 'public');
    assert.equal(await (await got('spaces/glim/demo/resolve/main/app.py', null)).text(), 'print()');
  });

  it('says what is wrong and what to do, without the token in it', async () => {
    const small = await open({ quotaBytes: 1000 });
    const reading = await open({ role: 'read' });
    const status = (code: number): void =>
      servers.setFaults(
        inTurn(({ path }) => /commit/.test(path), { kind: 'status', status: code, body: '{"error":"x"}' }),
      );
    const cases: [string, () => Promise<unknown>, RegExp][] = [
      ['hub-auth', () => hub(servers.hub, '').account(), /refused the token/],
      ['hub-auth', () => hub(servers.hub, 'hf_wrong_token').account(), /refused the token/],
      ['hub-auth', () => hub(reading.hub).push(push('practice/x')), /may not write to practice\/x/],
      ['hub-auth', () => hub().push(push('stranger/x')), /may not write to stranger\/x/],
      ['hub-conflict', () => hub().push(push('practice/one')), /already created/],
      ['hub-quota', () => hub(small.hub).push(push('practice/x')), /no room for practice\/x.*storage limit/],
      ['hub-unavailable', async () => hub(`http://127.0.0.1:${await closedPort()}`).account(), /ECONNREFUSED/],
      ['hub-unavailable', async () => (status(500), hub().push(push('practice/broken'))), /HTTP 500/],
      ['hub-conflict', async () => (status(409), hub().push(push('practice/busy'))), /somebody else/],
    ];
    for (const [reason, act, message] of cases) {
      const error = await act().then(
        () => assert.fail(`${message} was no failure`),
        (thrown: Error & { reason: string; next: string }) => thrown,
      );
      assert.equal(error.reason, reason, error.message);
      assert.match(error.message, message);
      assert.ok(error.next.length > 10);
      assert.ok(!/hf_(right|wrong)/.test(JSON.stringify([error.message, error.next, String(error.cause)])));
    }
    const none = new HfModelHub({ endpoint: servers.hub, token: async () => undefined, clock: new InstantClock() });
    await assert.rejects(none.push(push('practice/x')), { reason: 'hub-auth', message: /only with a token/ });
  });

  it('stops when it is told to', async () => {
    const leaving = new AbortController();
    servers.setFaults((request) => {
      if (isUpload(request)) leaving.abort();
      return isUpload(request) ? { kind: 'slow', milliseconds: 200 } : undefined;
    });
    await writeFile(join(folder, 'second.safetensors'), 'stopped');
    const order = push('practice/stopped', { files: [file('second.safetensors', 'stopped')] });
    await assert.rejects(hub().push(order, { signal: leaving.signal }), { name: 'AbortError' });
    assert.deepEqual((await hub().find(order.repo))?.files, ['.gitattributes']);
  });

  it('gives the token to no other address', async () => {
    const other = await open();
    servers.setFaults(({ path }) =>
      path.endsWith('/objects/batch')
        ? {
            ...{ kind: 'status', status: 200, headers: { 'content-type': 'application/json' } },
            body: JSON.stringify({
              transfer: 'basic',
              objects: [
                {
                  oid: sha256(weights),
                  size: 1,
                  actions: { upload: { href: `${other.hub}/_lfs/${sha256(weights)}` } },
                },
              ],
            }),
          }
        : undefined,
    );
    await hub().push(push('practice/elsewhere'));
    const uploads = other.requests().filter(isUpload);
    assert.deepEqual([uploads.length, uploads[0]?.headers['authorization']], [1, undefined]);
  });
});
