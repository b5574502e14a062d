/** `ml-intern data build` with the real compiler, on this machine's Python, which has no packages. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../src/core/hash';
import type { Waterfall } from '../../src/core/run/types';
import { buildText } from '../../src/cli/commands/data/build';
import { renderedSample, waterfall } from '../support/core/samples';
import { play, type FakeTerminal } from './support';

const mapping = { prompt: 'Question: {question}\nAnswer:', completion: ' {answer}' };
const source = (file: string, rest: object = {}) => ({ dataset: { file }, mapping, ...rest });

interface Printed {
  rows: number;
  file: string;
  sha256: string;
  waterfall: Waterfall;
  error?: { reason: string; message: string; next: string };
}

describe('ml-intern data build', () => {
  let folder: string;
  const at = (name: string) => join(folder, name);

  before(async function () {
    this.timeout(60_000);
    folder = await mkdtemp(join(tmpdir(), 'ml-intern-build-'));
    const row = (n: number) =>
      `${JSON.stringify({ question: `What is ${n} plus ${n}?`, answer: 2 * n, level: n % 5 })}\n`;
    await writeFile(at('sums.jsonl'), Array.from({ length: 40 }, (_, n) => row(n)).join(''));
    await writeFile(at('more.csv'), 'question,answer\nWhat is a crane?,a bird\nWhat is a crane?,a bird\n,nothing\n');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function build(recipe: unknown, ...more: string[]) {
    await writeFile(at('recipe.json'), typeof recipe === 'string' ? recipe : JSON.stringify(recipe));
    return play(['data', 'build', at('recipe.json'), '--out', at('out'), '--box-root', at('box'), ...more]);
  }
  const printed = ({ terminal }: { terminal: FakeTerminal }) => JSON.parse(terminal.stdout) as Printed;
  const rich = {
    ...{ seed: 3, dedup: { exact: true } },
    sources: [
      source('sums.jsonl', { weight: 1.5, maxRows: 10, filters: [{ kind: 'range', column: 'level', max: 3 }] }),
      source('more.csv'),
    ],
  };

  it('writes the rows of files that lie beside the recipe, and prints one object', async () => {
    const played = await build(rich, '--json');
    assert.equal(played.code, 0, played.terminal.stderr);
    const { rows, file, sha256: sum, waterfall: counted } = printed(played);
    const text = await readFile(file, 'utf8');
    assert.deepEqual([rows, sum, text.trim().split('\n').length], [16, sha256(text), 16]);
    assert.deepEqual(
      counted.stages.map(({ name, rows: left }) => [name, left]),
      [
        ...[
          ['loaded', 43],
          ['range level', 35],
          ['mapped', 34],
          ['without overlap', 34],
          ['deduplicated', 33],
        ],
        ...[
          ['sampled', 11],
          ['repeated', 16],
        ],
      ],
    );
    assert.deepEqual(Object.values(counted.unmapped), [1]);
    assert.deepEqual((await readdir(at('out'))).sort(), [
      ...['provenance.jsonl', 'recipe.json', 'train.jsonl', 'waterfall.json'],
    ]);
  });

  it('gives the same bytes again, and others with another seed', async () => {
    const first = printed(await build(rich, '--json')).sha256;
    assert.equal(printed(await build(rich, '--json')).sha256, first);
    assert.notEqual(printed(await build({ ...rich, seed: 4 }, '--json')).sha256, first);
  });

  it('takes a recipe that is longer than a command line may be', async () => {
    const excludeRows = Array.from({ length: 30_000 }, (_, index) => index + 1);
    const played = await build({ seed: 1, sources: [source('sums.jsonl', { excludeRows })] }, '--json');
    assert.equal(played.code, 0, played.terminal.stderr);
    assert.equal(printed(played).rows, 1);
  });

  it('shows the waterfall as a table, with what each stage lost', async () => {
    const { terminal } = await build(rich);
    assert.match(terminal.stdout, /range level +32 +35 +8\n/);
    assert.match(terminal.stdout, /Not mapped: 1 /);
    assert.match(terminal.stdout, /16 training rows: .*train\.jsonl\nSHA-256 [0-9a-f]{64}/);
  });

  const refused: [string, unknown, number, RegExp][] = [
    ['what is no JSON', '{', 2, /is not JSON/],
    ['a field that is wrong', { sources: [source('sums.jsonl', { weight: 0 })] }, 2, /sources\[0\]\.weight/],
    ['a file that is not there', { sources: [source('none.jsonl')] }, 2, /no file .*none\.jsonl/],
    [
      'a column that no row has',
      { sources: [source('sums.jsonl', { filters: [{ kind: 'range', column: 'levle', min: 1 }] })] },
      ...([2, /Source 1 .*levle.*level, question/s] as const),
    ],
    [
      'a stage that leaves nothing',
      { sources: [source('sums.jsonl', { filters: [{ kind: 'regex', keep: 'zebra' }] })] },
      ...([2, /no row is left after the stage “regex”\. 40 rows/] as const),
    ],
  ];
  for (const [what, recipe, code, told] of refused) {
    it(`refuses ${what}, and says what to do`, async () => {
      const played = await build(recipe, '--json');
      assert.equal(played.code, code);
      const { error } = printed(played);
      assert.ok(error);
      assert.match(`${error.message} ${error.next}`, told);
    });
  }

  it('refuses a recipe that is not there, and machines that have no files yet', async () => {
    assert.equal((await play(['data', 'build', at('none.json')])).code, 2);
    const rented = await build(rich, '--box', 'hf-jobs:t4-small');
    assert.match(rented.terminal.stderr, /has no files of yours/);
  });

  it('says what to mind in the rows as the model sees them, where a tokenizer is named', () => {
    const result = { rows: 8, file: '/t.jsonl', sha256: 'f'.repeat(64), waterfall: waterfall() };
    const text = buildText({ ...result, rendering: renderedSample() }, 80);
    assert.match(
      text,
      /8 rows rendered as the model sees them \(render\.json\)\n {2}2 mark-in-text, e\.g\. row 3: The data/,
    );
    const rendering = { ...renderedSample(), looked: 0, findings: [], problem: 'It cannot be loaded.' };
    assert.match(buildText({ ...result, rendering }, 80), /Not rendered: It cannot be loaded\./);
  });
});
