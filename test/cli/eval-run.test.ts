/** `ml-intern eval run` with the real program on this machine; an interpreter of its own answers in the harness's place. */
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPreset } from '../../src/app/presets';
import { benchmarks } from '../../src/core/data/benchmarks';
import { startFaultyServers } from '../support/practice';
import { presetWorld, testRows } from '../support/preset-world';
import { play, type FakeTerminal } from './support';

const productRoot = join(__dirname, '../..');

/** Answers every second item rightly; on "refuse" it fails as the evaluator does. */
const standIn = `#!/usr/bin/env python3
import json, os, sys
if sys.argv[1] == "-c":
    sys.exit("inspect_ai" in sys.argv[2] and "without-inspect" in sys.argv[0])
module, order = sys.argv[2], json.load(open(sys.argv[3]))
artifacts = os.path.join(os.environ["ML_INTERN_JOB_DIR"], "artifacts")
def result(value):
    json.dump(value, open(os.path.join(artifacts, "result.json"), "w"))
if order["benchmark"].get("system") == "refuse":
    result({"error": {"reason": "benchmark-invalid", "message": "It cannot be.", "next": "Mend it."}})
    sys.exit(3)
print("Evaluating.", flush=True)
key = os.environ.get("ML_INTERN_JUDGE_KEY"), os.environ.get("ML_INTERN_JUDGE_URL")
items = [json.loads(line) for line in open(order["items"])][: order.get("limit")]
with open(os.path.join(artifacts, "items.jsonl"), "w") as out:
    for n, item in enumerate(items):
        out.write(json.dumps({"id": item["id"], "answer": "x", "generation": "long", "correct": n % 2 == 0, "valid": n != 1, "truncated": False, "tokens": 3}) + "\\n")
hashes = {name: "h" for name in ("evaluatorHash", "itemsHash", "chatTemplateHash", "modelHash")}
result(dict(hashes, metric=order["benchmark"]["metric"], device="cpu", backend="transformers", settings=order["benchmark"], seed=order["seed"], judgeKey=[each and each[:2] + str(len(each)) for each in key]))
`;

interface Printed {
  score: { value: number; low: number; high: number; n: number; invalidShare: number; meanTokens: number };
  items: string;
  result: { settings: Record<string, unknown>; dataset?: { revision: string }; judgeKey?: string[] };
  error?: { reason: string; message: string; next: string };
}

describe('ml-intern eval run', function () {
  this.timeout(60_000);
  let folder: string;
  const at = (name: string) => join(folder, name);
  const printed = ({ terminal }: { terminal: FakeTerminal }) => JSON.parse(terminal.stdout) as Printed;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ml-intern-eval-'));
    await writeFile(at('python'), standIn);
    await chmod(at('python'), 0o755);
    await mkdir(at('model'));
    await writeFile(at('model/config.json'), '{}');
    const item = (n: number) => `${JSON.stringify({ id: `i${n}`, question: `What is ${n}?`, answer: n })}\n`;
    await writeFile(at('mine.jsonl'), Array.from({ length: 10 }, (_, n) => item(n)).join(''));
    await writeFile(
      at('mine.json'),
      JSON.stringify({ kind: 'numeric', tolerance: 0.5, sampling: { temperature: 0.6 } }),
    );
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const run = (benchmark: string, ...more: string[]) =>
    play(['eval', 'run', at('model'), '--benchmark', benchmark, '--out', at('out'), ...more].concat(places()));
  const places = () => ['--python', at('python'), '--box-root', at('box')];

  it('prints the score with its interval and says where every item lies', async () => {
    const played = await run(at('mine.jsonl'), '--json');
    assert.equal(played.code, 0, played.terminal.stderr + played.terminal.stdout);
    const { score, items, result } = printed(played);
    assert.deepEqual([score.value, score.n, score.invalidShare, score.meanTokens], [0.5, 10, 0.1, 3]);
    assert.ok(score.low > 0.2 && score.high < 0.8);
    assert.equal((await readFile(items, 'utf8')).trim().split('\n').length, 10);
    assert.deepEqual([result.settings['kind'], result.settings['tolerance']], ['numeric', 0.5]);
    const { terminal } = await run(at('mine.jsonl'), '--limit', '4');
    assert.match(
      terminal.stdout,
      /^exact: 50\.0 % \[\d.*\] over 4 items\nInvalid 25\.0 %, truncated 0\.0 %, 3\.0 tokens/,
    );
    assert.match(terminal.stderr, /Evaluating\./);
  });

  it("gives the judge's key to the evaluator, and leaves it nowhere", async () => {
    await writeFile(at('graded.jsonl'), '{"question":"a","against":"b"}\n{"question":"c","against":"d"}\n');
    await writeFile(at('graded.json'), '{"kind":"rubric"}');
    const judge = ['--judge-url', 'https://judge.example/v1', '--judge-model', 'j'];
    const args = ['eval', 'run', at('model'), '--benchmark', at('graded.jsonl'), '--out', at('out'), ...places()];
    const env = { ML_INTERN_JUDGE_API_KEY: 'jk-secret' };
    const played = await play([...args, ...judge, '--json'], undefined, undefined, env);
    assert.equal(played.code, 0, played.terminal.stderr + played.terminal.stdout);
    assert.deepEqual(printed(played).result.judgeKey, ['jk9', 'ht24']);
    const files = (await readdir(at('out'), { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
    const texts = await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')));
    assert.ok(!texts.join().includes('jk-secret'));
  });

  it('asks one side of the split when told so', async () => {
    const [dev, promotion] = [
      await run(at('mine.jsonl'), '--split', 'dev', '--json'),
      await run(at('mine.jsonl'), '--split', 'promotion', '--json'),
    ];
    assert.deepEqual([printed(dev).score.n, printed(promotion).score.n], [5, 5]);
  });

  it('asks the items of a preset, with examples, and records the revision', async () => {
    const servers = await startFaultyServers(presetWorld());
    const env = { HF_ENDPOINT: servers.hub, ML_INTERN_VIEWER_ENDPOINT: servers.viewer, ML_INTERN_HOME: at('home') };
    const args = ['eval', 'run', at('model'), '--benchmark', 'gsm8k', '--out', at('out'), ...places(), '--json'];
    const { result, score } = printed(await play(args, undefined, undefined, env).finally(() => servers.stop()));
    assert.equal(score.n, testRows);
    assert.match(result.dataset?.revision ?? '', /^[0-9a-f]{40}$/);
    const shots = result.settings['fewShot'] as { n: number; items: unknown[] };
    assert.deepEqual([shots.n, shots.items.length], [10, 12]);
  });

  it('asks a preset of inspect, where an interpreter has it', async () => {
    const servers = await startFaultyServers(presetWorld());
    const env = { HF_ENDPOINT: servers.hub, ML_INTERN_VIEWER_ENDPOINT: servers.viewer, ML_INTERN_HOME: at('home') };
    const args = ['eval', 'run', at('model'), '--benchmark', 'ifeval', '--out', at('out'), '--box-root', at('box')];
    await writeFile(at('without-inspect'), standIn);
    await chmod(at('without-inspect'), 0o755);
    const played = await play([...args, '--python', at('python'), '--json'], undefined, undefined, env);
    const lacking = await play([...args, '--python', at('without-inspect'), '--json'], undefined, undefined, env);
    await servers.stop();
    assert.equal(printed(played).score.n, 4);
    assert.deepEqual(printed(played).result.settings['scorer'], 'ifeval');
    assert.match(printed(lacking).error?.message ?? '', /cannot import inspect_ai/);
  });

  const refusals: [string, () => string[], RegExp][] = [
    ['a preset that does not exist', () => ['gsm9k'], /neither a file nor a preset gsm9k/],
    ['a rubric without a judge', () => ['healthbench-easy'], /graded by a judge/],
    ['half of a judge', () => [at('mine.jsonl'), '--judge-model', 'j'], /both an address and a model/],
    ['a model that is not there', () => [at('mine.jsonl'), '--python', at('nothing')], /cannot import lm_eval/],
  ];
  for (const [name, args, words] of refusals) {
    it(`refuses ${name}`, async () => {
      const [benchmark = '', ...more] = args();
      const all = [
        'eval',
        'run',
        at('model'),
        '--benchmark',
        benchmark,
        '--out',
        at('out'),
        ...places(),
        ...more,
        '--json',
      ];
      const { error } = printed(await play(all));
      assert.match(error?.message ?? '', words);
    });
  }

  it("passes on the evaluator's own words", async () => {
    await writeFile(at('other.jsonl'), '{"question":"a","answer":"b"}\n{"question":"c","answer":"d"}\n');
    await writeFile(at('other.json'), '{"system":"refuse"}');
    assert.deepEqual(printed(await run(at('other.jsonl'), '--json')).error, {
      ...{ reason: 'bad-input', message: 'It cannot be.', next: 'Mend it.' },
    });
  });
});

describe('presets', () => {
  it('are all sound: settings, items, names that the overlap check knows', async () => {
    const files = await readdir(join(productRoot, 'box', 'benchmarks'));
    const known = new Set(benchmarks.map(({ name }) => name));
    for (const file of files) {
      const preset = await readPreset(productRoot, file.replace('.json', ''));
      assert.equal(`${preset.name}.json`, file);
      assert.ok(known.has(preset.benchmark), preset.benchmark);
      assert.ok(preset.training.forbidden.length > 0 && preset.settings.guessRate !== undefined);
      assert.ok(preset.known.every(({ value, source }) => value > 0 && value < 1 && source !== ''));
    }
    assert.ok(files.length >= 8);
  });
});
