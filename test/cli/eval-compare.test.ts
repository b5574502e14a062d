import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { config, FakeRun, FakeRuns, FakeTerminal, play } from './support';

interface Answer {
  difference: number;
  low: number;
  high: number;
  verdict: string;
  n: number;
  repaired: number;
  learned: number;
  lost: number;
  remarks: string[];
  error?: { reason: string; message: string; next: string };
}

describe('ml-intern eval compare', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'compare-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function file(name: string, rows: unknown[]): Promise<string> {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n'));
    return path;
  }
  async function asked(args: string[], runs = new FakeRuns()): Promise<Answer> {
    const { terminal } = await play(['eval', 'compare', ...args, '--json'], runs, new FakeTerminal());
    return JSON.parse(terminal.stdout) as Answer;
  }
  async function refused(...args: string[]): Promise<string> {
    const { error } = await asked(args);
    assert.equal(error?.reason, 'bad-input', JSON.stringify(error));
    return error.message;
  }
  const own = (correct: boolean[], rest: object = {}) => correct.map((right, id) => ({ id, correct: right, ...rest }));
  const right = (share: number, n = 100) => Array.from({ length: n }, (_, index) => index < share * n);

  it('says that A is better with a positive difference, and the reverse', async () => {
    const [good, poor] = [await file('a/items.jsonl', own(right(0.6))), await file('b.jsonl', own(right(0.3)))];
    const forth = await asked([dirname(good), poor]);
    assert.deepEqual(
      [forth.verdict, forth.n, forth.difference, forth.repaired, forth.learned, forth.lost],
      ['better', 100, 0.3, 0, 30, 0],
    );
    assert.ok(forth.low > 0 && forth.high < 0.5);
    const back = await asked([poor, good]);
    assert.deepEqual([back.verdict, back.difference, back.lost], ['worse', -0.3, 30]);
    const { terminal, code } = await play(['eval', 'compare', good, poor]);
    assert.equal(code, 0);
    assert.match(terminal.stdout, /^better: \+30\.0 points \[\+2\d\.\d, \+3\d\.\d\], p < 0\.0001, over 100 items/);
  });

  it('tells what was repaired from what was learned', async () => {
    const poor = await file('mixed.jsonl', [
      ...own(right(0, 20), { valid: false }),
      { id: 20, correct: false },
      { id: 21, correct: true },
    ]);
    const good = await file('repaired.jsonl', own([...right(1, 21), false]));
    const { repaired, learned, lost } = await asked([good, poor]);
    assert.deepEqual([repaired, learned, lost], [20, 1, 1]);
  });

  it('reads grades, and answers with several seeds', async () => {
    const grade = (gain: number) => Array.from({ length: 40 }, (_, id) => ({ id, score: (id % 5) / 10 + gain }));
    const graded = await asked([await file('g1.jsonl', grade(0.2)), await file('g2.jsonl', grade(0))]);
    assert.equal(graded.verdict, 'better');
    assert.ok(Math.abs(graded.difference - 0.2) < 1e-9);
    const seeds = (share: number) => [1, 2].flatMap((seed) => own(right(share, 30), { seed }));
    const seeded = await asked([await file('s1.jsonl', seeds(0.9)), await file('s2.jsonl', seeds(0.1))]);
    assert.deepEqual([seeded.n, seeded.verdict], [30, 'better']);
  });

  it('reads the samples of lm-evaluation-harness: filters, unreadable answers, likelihoods', async () => {
    const sample = (filter: string, value: number) => (_: unknown, doc_id: number) => ({
      ...{ doc_id, doc: {}, target: '4', resps: [['4']], filtered_resps: [value ? '4' : '[invalid]'], filter },
      ...{ metrics: ['exact_match'], exact_match: value, doc_hash: 'x' },
    });
    const all = (strict: number) => [
      ...Array.from({ length: 20 }, sample('strict-match', strict)),
      ...Array.from({ length: 20 }, sample('flexible-extract', 1)),
    ];
    await file('new/model/samples_gsm8k_2026.jsonl', all(1));
    await file('old/model/samples_gsm8k_2026.jsonl', all(0));
    const [a, b] = [join(folder, 'new'), join(folder, 'old')];
    const strict = await asked([a, b]);
    assert.deepEqual([strict.verdict, strict.n, strict.repaired, strict.learned], ['better', 20, 20, 0]);
    assert.match(strict.remarks.join(), /strict-match, flexible-extract; read: strict-match/);
    assert.equal((await asked([a, b, '--filter', 'flexible-extract'])).verdict, 'no evidence');
    assert.match(await refused(a, b, '--filter', 'other'), /no filter other: it holds the filters strict-match/);
    assert.match(await refused(a, b, '--metric', 'f1'), /line 1: there is no metric f1/);
    const choice = (acc: number) =>
      Array.from({ length: 9 }, (_, doc_id) => ({ doc_id, filtered_resps: [[-1, false]], acc, filter: 'none' }));
    assert.equal((await asked([await file('c1.jsonl', choice(1)), await file('c2.jsonl', choice(0))])).learned, 9);
  });

  it('reads experiments of a run', async () => {
    const run = new FakeRun('run-1', config);
    run.add('experiment.created', {
      ...{ id: '01-clean', slug: 'clean', parent: null, hypothesis: '', recipe: { seed: 1, sources: [] }, config: {} },
      ...{ scriptHash: 'h', folder: 'experiments/01-clean' },
    });
    const runs = new FakeRuns();
    runs.runs.push(run);
    runs.folderOf = (id) => join(folder, id);
    await file('run-1/experiments/01-clean/eval-dev/items.jsonl', own(right(0.5)));
    await file('run-1/baseline/eval-dev/items.jsonl', own(right(0.1)));
    assert.equal((await asked(['run-1:01', 'run:baseline'], runs)).difference, 0.4);
    const missing = await asked(['run-1:02-other', 'run-1:baseline'], runs);
    assert.match(missing.error?.next ?? '', /baseline, 01-clean/);
    assert.match(
      (await asked(['run-1:01', 'run-1:baseline', '--split', 'promotion'], runs)).error?.message ?? '',
      /promotion/,
    );
  });

  it('refuses what cannot be compared, and says where', async () => {
    const fine = await file('fine.jsonl', own([true, false, true]));
    const broken = async (...rows: unknown[]) => refused(await file('broken.jsonl', rows), fine);
    const item = { id: 0, correct: true };
    assert.match(await broken(), /holds no items/);
    assert.match(await broken('', '  '), /holds no items/);
    assert.match(await broken(item, '{"id": 1, "correct"'), /line 2: this is not JSON/);
    assert.match(await broken(item, '[1]'), /line 2: this is no JSON object/);
    assert.match(await broken(item, '{"id": 1, "score": NaN}'), /line 2: NaN is no score/);
    assert.match(await broken(item, { id: 1, score: 3 }), /line 2: "score" is 3, not a number from 0 to 1/);
    assert.match(await broken(item, { id: 1, correct: 'yes' }), /line 2: "correct" is "yes", not true or false/);
    assert.match(await broken(item, { id: 1, correct: 1 }), /line 2: "correct" is 1/);
    assert.match(await broken({ id: 1 }), /line 1: "correct" is missing/);
    assert.match(await broken({ correct: true }), /line 1: "id" is missing/);
    assert.match(await broken({ ...item, valid: 'no' }), /line 1: "valid" is "no"/);
    assert.match(await broken(item, '', item), /line 3: item "0" was answered in line 1 already/);
    assert.match(await broken(item), /not over the same items: the first has 1 items, the second 3, and 1 are in both/);
    assert.match(await refused(join(folder, 'nothing.jsonl'), fine), /There is no/);
    assert.match(await refused(await file('empty-folder/x.txt', []).then(dirname), fine), /holds no items\.jsonl/);
  });

  it('compares what both hold when asked to', async () => {
    const [few, many] = [await file('few.jsonl', own(right(1, 10))), await file('many.jsonl', own(right(0, 12)))];
    const answer = await asked([few, many, '--common']);
    assert.equal(answer.n, 10);
    assert.match(answer.remarks.join(), /2 results are of items that only one/);
    const other = await file('other.jsonl', [{ id: 'z', correct: true }]);
    assert.match(await refused(few, other, '--common'), /no item in common/);
  });
});
