/** `ml-intern data synth` against a stand-in teacher on loopback. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../src/core/hash';
import { TeacherServer } from '../support/teacher-server';
import type { FakeTerminal } from './support';
import { play } from './support';

describe('ml-intern data synth', () => {
  let folder: string;
  let server: TeacherServer;
  let url: string;
  const at = (name: string) => join(folder, name);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ml-intern-synth-'));
    server = new TeacherServer();
    url = await server.start();
  });
  afterEach(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function synth(rest: object, ...more: string[]) {
    const plan = {
      ...{ task: 'Write sums.', topics: ['small', 'large'], rows: 12, budget: { tokens: 100_000 }, maxTokens: 200 },
      teacher: { kind: 'openai', baseUrl: url, model: 'big', price: { input: 1, output: 2 } },
      ...rest,
    };
    await writeFile(at('plan.json'), JSON.stringify(plan));
    return play(['data', 'synth', at('plan.json'), '--out', at('rows.jsonl'), '--box-root', at('box'), ...more]);
  }
  const printed = ({ terminal }: { terminal: FakeTerminal }) => JSON.parse(terminal.stdout) as Record<string, unknown>;

  it('first shows what it would ask, and asks nothing', async () => {
    const { terminal, code } = await synth({});
    assert.equal(code, 0);
    assert.match(terminal.stdout, /12 rows in 2 cells, written by big at 127\.0\.0\.1/);
    assert.match(terminal.stdout, /Write sums\./);
    assert.match(terminal.stderr, /Nothing was asked\. Add --yes/);
    const dry = printed(await synth({}, '--json'));
    assert.deepEqual([dry['dryRun'], (dry['prompts'] as unknown[]).length], [true, 4]);
    assert.equal(server.calls.length, 0);
  });

  it('has the rows written and tells what became of them', async () => {
    server.failing = (request) =>
      request === 2 ? { status: 429, headers: { 'retry-after': '0' }, body: '{}' } : undefined;
    const played = await synth({ concurrency: 1 }, '--yes', '--json');
    assert.equal(played.code, 0, played.terminal.stderr);
    const { rows, file, ended, requests, tokens, sha256: sum } = printed(played);
    const text = await readFile(String(file), 'utf8');
    assert.deepEqual([rows, ended, requests, tokens, sum], [12, 'complete', 4, 600, sha256(text)]);
    const [first] = text.split('\n').map((line) => (line === '' ? {} : JSON.parse(line)) as Record<string, object>);
    assert.deepEqual(Object.keys(first ?? {}), ['prompt', 'completion', 'provenance']);
  });

  it('pays nothing twice', async () => {
    await synth({}, '--yes');
    const asked = server.calls.length;
    const { terminal } = await synth({}, '--yes');
    assert.equal(server.calls.length, asked);
    assert.match(terminal.stdout, /12 rows: /);
  });

  it('refuses a model that the policy denies, by the name of the rule, before anything else', async () => {
    const hosted = { kind: 'hf-inference', model: 'org/big' };
    const { terminal, code } = await synth({ teacher: hosted }, '--policy', 'posttrainbench', '--yes');
    assert.equal(code, 1);
    assert.match(terminal.stderr, /“no-hosted-model” of the policy “posttrainbench”/);
    assert.equal((await synth({}, '--policy', 'posttrainbench', '--yes')).code, 0);
  });

  it('leaves out rows that overlap with the evaluation, and rows that exist', async () => {
    await synth({}, '--yes');
    const rows = (await readFile(at('rows.jsonl'), 'utf8')).trim().split('\n');
    const asked = rows.map((line) => JSON.parse(line) as { prompt: string; completion: string });
    await writeFile(
      at('eval.jsonl'),
      `${JSON.stringify({ question: asked[0]?.prompt, answer: asked[0]?.completion })}\n`,
    );
    await writeFile(at('old.jsonl'), `${JSON.stringify({ question: asked[1]?.prompt })}\n`);
    const { terminal, code } = await synth(
      { rounds: 1 },
      ...['--yes', '--json', '--eval', at('eval.jsonl'), '--existing', at('old.jsonl')],
    );
    assert.equal(code, 0, terminal.stderr);
    const { rejected } = printed({ terminal }) as { rejected: Record<string, number> };
    assert.deepEqual([rejected['overlap'], rejected['duplicate']], [1, 1]);
  }).timeout(20_000);

  it('refuses a bad plan with the field named', async () => {
    const { code, terminal } = await synth({ rows: 0 }, '--json');
    assert.equal(code, 2);
    assert.match(terminal.stdout, /plan\.json: rows: /);
  });
});
