/** Benchmarks by name, from a miniature Hub. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadBenchmark } from '../../src/app/benchmark';
import { createRuns } from '../../src/app/main';
import type { AppOptions } from '../../src/app/options';
import { listPresets } from '../../src/app/presets';
import { MlInternError } from '../../src/core/errors';
import { startFaultyServers, type FaultyServers } from '../support/practice';
import { closedPort } from '../support/app/closed-port';
import { config } from '../support/core/samples';
import { presetWorld, testRows } from '../support/preset-world';

describe('a preset as the benchmark of a run', () => {
  let servers: FaultyServers;
  let folder: string;
  let options: AppOptions;

  before(async () => {
    servers = await startFaultyServers(presetWorld(), 'hf_right');
    folder = await mkdtemp(join(tmpdir(), 'ml-intern-presets-'));
    const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
    options = {
      ...{ workspace: folder, productRoot: resolve(__dirname, '../..'), home: join(folder, 'home') },
      ...{ surface: 'cli', logger: silent, notifier: { notify: () => undefined } },
      secrets: { get: () => Promise.resolve(undefined) },
      settings: { hubEndpoint: servers.hub, viewerEndpoint: servers.viewer },
    };
  });
  after(async () => {
    await servers.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const load = (benchmark: string, more = {}) => loadBenchmark({ benchmark, seed: 1, ...more }, options);

  it('has all its items, split like those of a file, and examples of another split', async () => {
    const { benchmark, items, splits, source } = await load('gsm8k');
    assert.deepEqual([benchmark.name, benchmark.kind, items.length], ['gsm8k', 'numeric', testRows]);
    assert.deepEqual([splits.dev.length, splits.promotion.length], [testRows / 2, testRows / 2]);
    assert.equal(source?.dataset, 'openai/gsm8k');
    assert.match(source.revision, /^[0-9a-f]{40}$/);
    assert.equal(benchmark.fewShot?.n, 10);
    assert.ok(benchmark.fewShot.items.every(({ question, solution }) => /^train/.test(question) && solution));
  });

  it('is taken up at the recorded revision, without the Hub, and is the same to the byte', async () => {
    const first = await load('gsm8k');
    servers.setFaults(() => ({ kind: 'status', status: 500 }) as never);
    const again = await load('gsm8k', { benchmarkSource: first.source });
    servers.setFaults(undefined);
    assert.deepEqual(again, first);
  });

  it('of inspect has what its scorer reads of each item, without what an instruction does not take', async () => {
    const { benchmark, items } = await load('ifeval');
    assert.deepEqual([benchmark.kind, benchmark.scorer, items.length], ['inspect', 'ifeval', 4]);
    const { id, question, metadata } = items[0] ?? {};
    assert.deepEqual([id, question], ['1000', 'Say 0 things.']);
    assert.deepEqual(metadata, { instruction_id_list: ['punctuation:no_comma'], kwargs: [{ num_words: 0 }] });
  });

  it('is recorded with the run, so that everything after measures the same', async () => {
    const runs = createRuns(options);
    const box = `nobody@127.0.0.1:${await closedPort()}`;
    const handle = await runs.start(config({ benchmark: 'gsm8k', box }));
    const { config: recorded } = await handle.done;
    const { source } = await load('gsm8k');
    assert.deepEqual([recorded?.benchmark, recorded?.benchmarkSource], ['gsm8k', source]);
    await runs.dispose();
  });

  const refusals: [string, string, RegExp, RegExp][] = [
    [
      'is gated',
      'gpqa-main',
      /Idavidrein\/gpqa is only for people its authors let in/,
      /Ask for access at .*Hub token/,
    ],
    ['needs a judge', 'healthbench-easy', /graded by a judge, and none is named/, /--judge-url/],
    ['does not exist', 'gsm9k', /neither a file nor a preset gsm9k/, /one of aime-2025, .*gsm8k/],
    ['names a dataset that the Hub lacks', 'humaneval', /openai\/openai_humaneval does not exist/, /Check its name/],
  ];
  for (const [name, preset, words, next] of refusals) {
    it(`that ${name} is refused with what to do`, async () => {
      const failure = await load(preset).catch((error: unknown) => error);
      assert.ok(MlInternError.is(failure), String(failure));
      assert.match(failure.message, words);
      assert.match(failure.next, next);
    });
  }

  it('can be chosen from a list', async () => {
    const names = (await listPresets(options.productRoot)).map(({ name }) => name);
    assert.ok(names.includes('gsm8k') && names.includes('ifeval'), names.join());
  });
});
