import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { contentHash, sha256 } from '../../src/core/hash';
import type { Box, JobRequest, JobState, JobStatus } from '../../src/core/ports/box';
import { jobStatus } from '../support/core/samples';
import { ensureBaseModel } from '../../src/practice/base-model';
import { practiceBenchmark } from '../../src/practice/benchmark-files';
import { worldPaths } from '../../src/practice/world-file';

const productRoot = resolve(__dirname, '../..');

/** A box that "pretrains" at once, into a folder of its own. */
class QuickBox implements Box {
  readonly name = 'quick';
  readonly requests: JobRequest[] = [];
  readonly states = new Map<string, JobState>();

  constructor(
    private readonly folder: string,
    private readonly ends: (attempt: number) => JobState = () => 'finished',
  ) {}

  async submit(request: JobRequest): Promise<JobStatus> {
    if (!this.states.has(request.id)) {
      this.requests.push(request);
      await mkdir(this.folder, { recursive: true });
      await writeFile(join(this.folder, 'config.json'), '{}');
      this.states.set(request.id, this.ends(this.requests.length));
    }
    return this.statusOf(request.id);
  }
  status = (ids: readonly string[]) => Promise.resolve(ids.map((id) => this.statusOf(id)));
  list = () => this.status([...this.states.keys()]);
  follow = () => assert.fail('not used');
  read = () => Promise.resolve(Buffer.from(JSON.stringify({ path: this.folder })));
  check = () => Promise.reject(new Error('not used'));
  stop = () => Promise.reject(new Error('not used'));
  close = () => Promise.resolve();

  private statusOf(id: string): JobStatus {
    const state = this.states.get(id) ?? 'failed';
    const times = { startedAt: 1, heartbeatAt: 1, endedAt: 2, exitCode: 0, wallSeconds: 1, gpuSeconds: 0 };
    const failure = state === 'failed' ? { class: 'killed' as const, message: 'signal 9' } : null;
    return jobStatus(id, state, { kind: 'pretrain', ...times, failure });
  }
}

describe('the practice base model', () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'ml-intern-model-'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  const ensure = (box: Box, seed = 1) =>
    ensureBaseModel({
      box,
      home,
      seed,
      productRoot,
      environment: () => Promise.resolve('e'.repeat(64)),
      signal: new AbortController().signal,
      run: (request) => box.submit(request),
    });

  it('is pretrained once and served through the folder of its world', async () => {
    const box = new QuickBox(join(home, 'artifacts'));
    const folder = await ensure(box);
    assert.equal(await ensure(box), folder);
    assert.equal(box.requests.length, 1);
    assert.equal(await readlink(worldPaths(home, 1).baseModel), folder);
    assert.deepEqual(await readdir(join(home, 'models')), [folder.split('/').at(-1)]);
  });

  it('submits exactly what its hashes say', async () => {
    const box = new QuickBox(join(home, 'artifacts'));
    await ensure(box);
    const [request] = box.requests;
    assert.equal(request?.approvedHash, contentHash(request?.content ?? null));
    for (const [path, content] of Object.entries(request?.files ?? {}))
      assert.equal(request?.content.files[path], sha256(content));
    assert.match(String(request?.files['vocabulary.txt']), /\n/);
  });

  it('is another one for another seed', async () => {
    const box = new QuickBox(join(home, 'artifacts'));
    assert.notEqual(await ensure(box, 1), await ensure(box, 2));
  });

  it('is tried again under another id after a failure', async () => {
    const box = new QuickBox(join(home, 'artifacts'), (attempt) => (attempt === 1 ? 'failed' : 'finished'));
    await assert.rejects(ensure(box), /killed: signal 9/);
    await ensure(box);
    const ids = box.requests.map(({ id }) => id);
    assert.deepEqual([ids.length, new Set(ids).size], [2, 2]);
  });
});

describe('the practice benchmark', () => {
  it('is written into the workspace and mended when it was changed', async () => {
    const workspace = await mkdtemp(join(tmpdir(), 'ml-intern-bench-'));
    try {
      const file = join(workspace, await practiceBenchmark(1, workspace));
      const original = await readFile(file, 'utf8');
      assert.deepEqual(Object.keys(JSON.parse(original.split('\n')[0] ?? '') as object), ['id', 'question', 'answer']);
      await writeFile(file, 'changed');
      await practiceBenchmark(1, workspace);
      assert.equal(await readFile(file, 'utf8'), original);
      assert.notEqual(await practiceBenchmark(2, workspace), await practiceBenchmark(1, workspace));
    } finally {
      await rm(workspace, { recursive: true });
    }
  });
});
