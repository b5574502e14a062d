import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobRequest } from '../../src/core/ports/box';
import { FakeBox, type Outcome } from '../support/core/fake-box';
import { FakeRuns, FakeTerminal, play } from './support';

const measured = {
  ...{ steps: 2000, secondsPerStep: { value: 0.5, low: 0.4, high: 0.6 }, tokensPerSecond: 900, rowsPerStep: 8 },
  parts: { load: 10, prepare: 5, train: 980, evaluate: 0, save: 0, finish: 5 },
  ...{ seconds: { value: 1000, low: 950, high: 1050 }, gpuHours: 0, peakMemoryMiB: 900, restingMemoryMiB: 300 },
  ...{ memoryOf: 'host', measuredSteps: 60, trialSeconds: 70 },
};
const tried = (): Outcome => ({ artifacts: { 'forecast.json': JSON.stringify(measured) } });

let folder: string;
let box: FakeBox;

async function forecast(does: (request: JobRequest) => Outcome, ...more: string[]) {
  box = new FakeBox((request) =>
    request.kind === 'environment' ? { artifacts: { 'result.json': '{"hash":"abcdef12"}' } } : does(request),
  );
  const args = ['script', 'forecast', join(folder, 'train.py'), ...more];
  return play(args, new FakeRuns(), new FakeTerminal(), {}, box);
}

const sent = () => box.request(box.started.at(-1) ?? '');

describe('script forecast', () => {
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'forecast-'));
    await writeFile(join(folder, 'train.py'), 'print()\n');
    await writeFile(join(folder, 'rows.jsonl'), '{}\n');
    await writeFile(join(folder, 'config.json'), '{"data": "rows.jsonl", "base_model": "org/model", "batch_size": 8}');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('tries the script in the environment that trains and prints what all of it takes', async () => {
    const { code, terminal } = await forecast(tried);
    assert.equal(code, 0, terminal.stderr);
    assert.match(terminal.stdout, /2000 steps in 17 min.*\nOf it: load 10 s, .*\nIt fits\./);
    const { content, files } = sent();
    assert.equal(content.environment, 'abcdef12');
    assert.deepEqual(content.steps.at(-1)?.slice(-3), ['--', '{python}', 'train.py']);
    const config = JSON.parse(String(files['config.json'])) as Record<string, unknown>;
    assert.deepEqual([config['data'], config['base_model']], [join(folder, 'rows.jsonl'), 'org/model']);
  });

  it('exits with 1 where it does not fit, and says what would', async () => {
    const { code, terminal } = await forecast(tried, '--deadline', '500', '--python', '/venv/bin/python', '--json');
    assert.equal(code, 1);
    const answer = JSON.parse(terminal.stdout) as Record<string, unknown>;
    assert.deepEqual([answer['fits'], answer['deadlineSeconds'], answer['steps']], [false, 500, 2000]);
    assert.match(JSON.stringify(answer['largestThatFits']), /max_steps 9\d\d of 2000/);
    assert.deepEqual([sent().content.environment, sent().content.steps.at(-1)?.at(-2)], [null, '/venv/bin/python']);
  });

  it('compiles a recipe first', async () => {
    await writeFile(join(folder, 'recipe.json'), '{"seed": 1, "sources": []}');
    await forecast(tried, '--recipe', join(folder, 'recipe.json'));
    assert.deepEqual(sent().content.steps[0]?.slice(-2), ['ml_intern_box.recipe', 'recipe.json']);
  });

  it("tells a crash in the script's own words, and a script or configuration that is not there", async () => {
    const crash: Outcome = { state: 'failed', failure: { class: 'exit', message: 'KeyError: no such column' } };
    const { code, terminal } = await forecast(() => crash);
    assert.notEqual(code, 0);
    assert.match(terminal.stderr, /KeyError: no such column/);
    await rm(join(folder, 'config.json'));
    assert.match((await forecast(tried)).terminal.stderr, /config\.json cannot be read/);
    await rm(join(folder, 'train.py'));
    assert.match((await forecast(tried)).terminal.stderr, /train\.py cannot be read/);
  });
});
