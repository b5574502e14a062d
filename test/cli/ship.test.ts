/** `ml-intern runs ship`: the model arrives whole, with a card that says what the log says. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenedBox } from '../../src/core/box/opened-box';
import type { BoxStorage } from '../../src/core/ports/box-files';
import { FakeBox } from '../support/core/fake-box';
import { overlap, recipe, sheet } from '../support/core/samples';
import { comparison, config, FakeRuns, FakeTerminal, play, score } from './support';

describe('ml-intern runs ship', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'ml-intern-ship-'))));
  after(() => rm(folder, { recursive: true, force: true }));

  /** Hands out a model of one file. */
  function box(): OpenedBox {
    const fetch: BoxStorage['fetch'] = async (job, paths, into) => {
      assert.deepEqual([job, paths], ['train-1', ['model']]);
      await mkdir(join(into, 'model'), { recursive: true });
      await writeFile(join(into, 'model', 'model.safetensors'), 'weights');
      return { folder: into, fetched: 1, bytes: 7, unchanged: 0, skipped: [] };
    };
    return Object.assign(new FakeBox(), { fetch });
  }

  async function run(promoted: boolean): Promise<FakeRuns> {
    const runs = new FakeRuns();
    await runs.start(config);
    const [one] = runs.runs;
    assert.ok(one);
    one.add('dataset.inspected', { sheet: sheet('lab/qa', { licence: 'cc-by-sa-4.0' }), file: 'f' });
    one.add('overlap.checked', { report: overlap('lab/qa', [3]) });
    one.add('experiment.created', {
      ...{ id: '01-a', slug: 'a', parent: null, hypothesis: 'plain <b>rows</b> help', recipe: recipe() },
      ...{ config: { learning_rate: 1e-5 }, scriptHash: 'h', folder: 'experiments/01-a' },
    });
    const job = {
      id: 'train-1',
      kind: 'train' as const,
      experiment: '01-a',
      contentHash: 'h',
      capSeconds: 9,
      folder: 'f',
    };
    one.add('job.submitted', job);
    const ended = { startedAt: 1, endedAt: 2, wallSeconds: 1, gpuSeconds: 0, failure: null };
    one.add('job.changed', { id: 'train-1', state: 'finished', ...ended });
    const scored = { job: 'j', score: score(0.6, 0.25), comparison: null, toBaseline: comparison('baseline', 0.2) };
    one.add('experiment.scored', { experiment: '01-a', split: 'dev', ...scored });
    if (!promoted) return runs;
    const difference = comparison('baseline', 0.15);
    const decided = { verdict: 'better' as const, baseline: score(0.4), best: score(0.55), difference, reason: 'r' };
    one.add('promotion.decided', { experiment: '01-a', ...decided });
    return runs;
  }

  const ship = (runs: FakeRuns, to: string, ...more: string[]) =>
    play(['runs', 'ship', '--to', to, '-w', folder, ...more], runs, new FakeTerminal(), {}, box());

  it('puts the model and its card into a new folder', async () => {
    const to = join(folder, 'out', 'model');
    const played = await ship(await run(true), to, '--json');
    assert.equal(played.code, 0, played.terminal.stderr);
    const said = { run: 'run-1', experiment: '01-a', folder: to, bytes: 7, verified: null };
    assert.deepEqual(JSON.parse(played.terminal.stdout), said);
    assert.deepEqual((await readdir(to)).sort(), ['README.md', 'model.safetensors']);
    assert.deepEqual(await readdir(join(folder, 'out')), ['model']);
    const card = await readFile(join(to, 'README.md'), 'utf8');
    assert.match(
      card,
      /^---\nlicense: "cc-by-sa-4\.0"\nbase_model: "practice\/almanac-tiny"\ndatasets:\n {2}- "lab\/qa"/,
    );
    assert.match(card, /unseen items, this model \| 0\.550 \[0\.500, 0\.600\], invalid 0/);
    assert.match(card, /lab\/qa \| r1 \| cc-by-sa-4\.0 \| 1 of 100 rows/);
    assert.match(card, /pass the result on under the same licence/);
    assert.match(card, /ml-intern runs replay run-1 --experiment 01-a/);
    assert.match(card, /learning_rate \| 0\.00001/);
    assert.ok(!card.includes('<b>rows'), 'Text of the agent must not become markup.');
  });

  it('refuses a folder that is there, and a run without a model', async () => {
    const there = await ship(await run(true), folder, '--json');
    assert.deepEqual([there.code, /is there already/.test(there.terminal.stdout)], [2, true]);
    const none = await ship(await run(false), join(folder, 'none'), '--json');
    assert.deepEqual([none.code, /no model that was promoted/.test(none.terminal.stdout)], [2, true]);
  });
});
