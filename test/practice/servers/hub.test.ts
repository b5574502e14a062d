import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPracticeServers, type PracticeServers } from '../../../src/practice/servers/start';
import { smallWorld } from '../../support/small-world';

describe('practice Hub', () => {
  let servers: PracticeServers;
  let folder: string;
  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${servers.hub}${path}`, { headers, method });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'practice-hub-'));
    await writeFile(join(folder, 'config.json'), '{"model_type":"llama"}');
    await writeFile(join(folder, 'model.safetensors'), Buffer.alloc(5000, 7));
    servers = await startPracticeServers({ content: smallWorld(folder), token: 'hf_right' });
  });

  after(async () => {
    await servers.stop();
    await rm(folder, { recursive: true });
  });

  it('lists datasets by name and paper, page by page', async () => {
    const byPaper = (await (await get('/api/datasets?filter=arxiv:2501.00002')).json()) as { id: string }[];
    assert.deepEqual(
      byPaper.map((item) => item.id),
      ['glim/colours'],
    );
    const page = await get('/api/datasets?search=GLIM&sort=downloads&limit=3');
    const next = /<(.+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1];
    assert.ok(next !== undefined && next.startsWith(servers.hub));
    const [first, rest] = [(await page.json()) as unknown[], (await (await fetch(next)).json()) as unknown[]];
    assert.deepEqual([first.length, rest.length], [3, 3]);
  });

  it('describes a dataset, its tree and its README', async () => {
    const info = (await (await get('/api/datasets/glim/colours/revision/HEAD')).json()) as Record<string, unknown>;
    assert.match(String(info['sha']), /^[0-9a-f]{40}$/);
    assert.deepEqual(info['cardData'], { license: 'apache-2.0', language: ['en'], pretty_name: 'glim/colours' });
    const tree = (await (await get('/api/datasets/glim/colours/tree/main?recursive=true')).json()) as {
      path: string;
    }[];
    assert.deepEqual(tree.map((entry) => entry.path).sort(), [
      'README.md',
      'data',
      'data/test.jsonl',
      'data/train.jsonl',
    ]);
    const readme = await (await get('/datasets/glim/colours/resolve/main/README.md')).text();
    assert.match(readme, /^---\nlicense: "apache-2.0"\n[\s\S]*\n---\n\n# glim\/colours/);
  });

  it('serves large files with ranges and LFS headers, and nothing past the end', async () => {
    const head = await get('/glim/tiny/resolve/main/model.safetensors', {}, 'HEAD');
    assert.equal(head.headers.get('content-length'), '5000');
    assert.equal(head.headers.get('x-linked-size'), '5000');
    assert.match(head.headers.get('x-linked-etag') ?? '', /^"[0-9a-f]{64}"$/);
    assert.match(head.headers.get('x-repo-commit') ?? '', /^[0-9a-f]{40}$/);
    const part = await get('/glim/tiny/resolve/main/model.safetensors', { range: 'bytes=4998-' });
    assert.equal(part.status, 206);
    assert.equal(part.headers.get('content-range'), 'bytes 4998-4999/5000');
    assert.equal((await part.arrayBuffer()).byteLength, 2);
    assert.equal((await get('/glim/tiny/resolve/main/model.safetensors', { range: 'bytes=9999-' })).status, 416);
  });

  it('answers paths-info to the form that Python sends and to JSON', async () => {
    const path = `${servers.hub}/api/models/glim/tiny/paths-info/main`;
    const body = new URLSearchParams([
      ['paths', 'config.json'],
      ['paths', 'missing.txt'],
    ]);
    const byForm = (await (await fetch(path, { method: 'POST', body })).json()) as unknown[];
    const asJson = { 'content-type': 'application/json' };
    const byJson = await fetch(path, {
      method: 'POST',
      headers: asJson,
      body: '{"paths":["config.json"],"expand":true}',
    });
    assert.equal(byForm.length, 1);
    assert.ok(((await byJson.json()) as { lastCommit: unknown }[])[0]?.lastCommit);
  });

  const refusals: [string, string, string | undefined, number, string | null][] = [
    ['a missing repository without a token', '/api/models/glim/nothing', undefined, 401, 'RepoNotFound'],
    ['a missing repository with a token', '/api/models/glim/nothing', 'hf_right', 404, 'RepoNotFound'],
    ['a missing repository without an owner', '/nothing/resolve/main/config.json', undefined, 401, 'RepoNotFound'],
    ['a missing revision', '/api/datasets/glim/colours/revision/v9', undefined, 404, 'RevisionNotFound'],
    ['a missing file', '/datasets/glim/colours/resolve/main/no.txt', undefined, 404, 'EntryNotFound'],
    ['a gated file without a token', '/datasets/glim/locked/resolve/main/README.md', undefined, 401, 'GatedRepo'],
    ['a wrong token', '/datasets/glim/locked/resolve/main/README.md', 'hf_wrong', 401, null],
    ['a gated file with access', '/datasets/glim/locked/resolve/main/README.md', 'hf_right', 200, null],
  ];
  for (const [what, path, token, status, code] of refusals) {
    it(`answers ${status} to ${what}`, async () => {
      const response = await get(path, token === undefined ? {} : { authorization: `Bearer ${token}` });
      assert.equal(response.status, status);
      assert.equal(response.headers.get('x-error-code'), code);
    });
  }

  it('knows who a token belongs to', async () => {
    assert.equal((await get('/api/whoami-v2')).status, 401);
    const me = (await (await get('/api/whoami-v2', { authorization: 'Bearer hf_right' })).json()) as { name: string };
    assert.equal(me.name, 'practice');
  });
});
