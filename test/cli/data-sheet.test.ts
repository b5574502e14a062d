import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSheet } from '../../src/core/run/types';
import { dataWorld } from '../support/data-world';

import { startFaultyServers, type FaultyServers } from '../support/practice';
import { FakeRuns, FakeTerminal, play } from './support';

describe('ml-intern data sheet and search', () => {
  let servers: FaultyServers;
  let folder: string;
  before(async () => {
    const world = dataWorld();
    const [first] = world.papers;
    assert.ok(first);
    const sections = [
      { title: 'Data', paragraphs: ['We train on the GlimBank corpus and on the dataset glim/mixed.'] },
    ];
    const naming = { ...first, id: '2501.00009', sections, datasets: [] };
    servers = await startFaultyServers({ ...world, papers: [...world.papers, naming] }, 'hf_right');
    folder = await mkdtemp(join(tmpdir(), 'sheet-'));
  });
  after(async () => {
    await servers.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const run = (...args: string[]) =>
    play(['data', ...args], new FakeRuns(), new FakeTerminal(), {
      HF_ENDPOINT: servers.hub,
      ML_INTERN_VIEWER_ENDPOINT: servers.viewer,
      ML_INTERN_ARXIV_ENDPOINT: servers.arxiv,
      ML_INTERN_ARXIV_SPACING_MS: '0',
      ML_INTERN_HOME: folder,
    });
  const json = (text: string) => JSON.parse(text) as Record<string, unknown>;

  it('prints the sheet of a file as one object, bad lines and all', async () => {
    const path = join(folder, 'rows.jsonl');
    const rows = Array.from({ length: 50 }, (_, n) =>
      JSON.stringify({ question: `What is ${n} plus ${n}?`, answer: String(2 * n) }),
    );
    await writeFile(path, `${rows.join('\n')}\nnot json\n`);
    const { code, terminal } = await run('sheet', path, '--json', '--max-tokens', '4');
    assert.equal(code, 0);
    const sheet = JSON.parse(terminal.stdout) as DataSheet;
    assert.deepEqual([sheet.id, sheet.rows, sheet.sampled, sheet.complete], [path, 50, 50, true]);
    assert.deepEqual([sheet.format, sheet.usableShare], ['question-answer', 1]);
    assert.equal(sheet.lengths?.tokens.estimated, true);
    assert.equal(sheet.wouldBeCut?.maxTokens, 4);
    assert.equal(sheet.languages?.[0]?.language, 'en');
    assert.match(sheet.problems?.[0]?.example ?? '', /line 51/);
  });

  it('maps all rows of a large dataset, not those that the viewer gives', async () => {
    const { code, terminal } = await run('map', 'glim/many', '--json');
    assert.equal(code, 0);
    assert.deepEqual([json(terminal.stdout)['mapped'], json(terminal.stdout)['problems']], [3000, []]);
  });

  it('prints a page for people', async () => {
    const { code, terminal } = await run('sheet', 'glim/unclear');
    assert.equal(code, 0);
    for (const part of [
      /^glim\/unclear @ [0-9a-f]{12}/,
      /Licence +other \(house rules\) \(you decide\)/,
      /the card: other \(house rules, https:\/\/glim\.example\/rules\)/,
      /the column license: cc-by-sa-4\.0, mit/,
      /Looked at +all 2 rows, from the dataset viewer/,
      /Its licence is contradicted: /,
    ]) {
      assert.match(terminal.stdout, part);
    }
  });

  it('says of a missing dataset that there is none, and how to get at a gated one', async () => {
    const missing = await run('sheet', 'glim/nothing', '--json');
    assert.equal(missing.code, 1);
    assert.equal((json(missing.terminal.stdout)['error'] as { reason: string }).reason, 'hub-not-found');
    const gated = await run('sheet', 'glim/locked', '--json');
    const error = json(gated.terminal.stdout)['error'] as { reason: string; next: string };
    assert.equal(error.reason, 'hub-gated');
    assert.match(error.next, /Ask for access at/);
    const file = await run('sheet', join(folder, 'none.jsonl'));
    assert.equal(file.code, 2);
    assert.match(file.terminal.stderr, /There is no file or folder/);
  });

  it('counts tokens with the tokenizer that is named', async () => {
    const words = { a: 0, b: 1, '[UNK]': 2 };
    const tokenizer = {
      version: '1.0',
      added_tokens: [],
      normalizer: null,
      pre_tokenizer: { type: 'WhitespaceSplit' },
      post_processor: null,
      decoder: null,
      model: { type: 'WordLevel', vocab: words, unk_token: '[UNK]' },
    };
    await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
    await writeFile(join(folder, 'two.jsonl'), '{"text": "a b a b a"}\n{"text": "a"}\n');
    const { terminal } = await run('sheet', join(folder, 'two.jsonl'), '--tokenizer', folder, '--json');
    const { tokens } = (JSON.parse(terminal.stdout) as DataSheet).lengths ?? {};
    assert.deepEqual([tokens?.estimated, tokens?.max, tokens?.tokenizer], [false, 5, folder]);
  });

  it('asks a box for all rows of a file there, and says what the box says', async () => {
    const onBox = ['--box', 'local', '--box-root', join(folder, 'root')];
    const missing = await run('sheet', join(folder, 'none.jsonl'), ...onBox);
    assert.equal(missing.code, 2);
    assert.match(missing.terminal.stderr, /There is no file .*none\.jsonl.*with --box it is a path on the box/s);
    const both = await run('sheet', 'rows.jsonl', ...onBox, '--rows', '10');
    assert.match(both.terminal.stderr, /A box looks at all rows/);
  });

  it('searches, and says what the licence policy says', async () => {
    const { code, terminal } = await run('search', 'mixed', '--json');
    assert.equal(code, 0);
    const { datasets } = json(terminal.stdout) as { datasets: { id: string; licenceVerdict: string }[] };
    assert.deepEqual([datasets[0]?.id, datasets[0]?.licenceVerdict], ['glim/mixed', 'deny']);
    assert.match(
      (await run('search', '--paper', '2501.00002')).terminal.stdout,
      /glim\/colours +apache-2\.0 +allowed +open/,
    );
    const named = await run('search', '--paper', 'arXiv:2501.00009v1');
    assert.match(named.terminal.stdout, /Nothing was found\.\n\nNamed[^]*id +glim\/mixed[^]*name +GlimBank/);
    const found = json((await run('search', '--paper', '2501.00009', '--json')).terminal.stdout);
    assert.deepEqual((found['named'] as { value: string }[]).map(({ value }) => value).sort(), [
      'GlimBank',
      'glim/mixed',
    ]);
    const unread = await run('search', '--paper', '2501.09999');
    assert.match(unread.terminal.stderr, /Note: No paper service knows 2501\.09999/);
    assert.doesNotMatch((await run('search', 'glim', '--licence', 'cc-by-nc-4.0')).terminal.stdout, /colours/);
    assert.equal((await run('search')).code, 2);
  });
});
