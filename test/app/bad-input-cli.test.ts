/** The built command line tells the same: the sentence and the next step on stderr, an exit code, and how to go on. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { closedPort } from '../support/app/closed-port';
import { assertPlain, type Told } from '../support/app/problem';
import { benchmark } from '../support/app/stage';
import { cleanEnvironment, mustRun } from '../support/process';

const repository = resolve(__dirname, '../..');
const program = join(repository, 'out', 'cli.cjs');

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

describe('bad input to ml-intern', () => {
  let folder: string;

  before(async function () {
    this.timeout(120_000);
    if (!existsSync(program)) await mustRun(process.execPath, ['esbuild.mjs'], { cwd: repository });
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ml-intern-bad-input-'));
    await writeFile(join(folder, 'glims.jsonl'), benchmark());
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  function play(...args: string[]): Promise<Ended> {
    const env = cleanEnvironment({ ML_INTERN_HOME: join(folder, 'home'), HOME: folder });
    const child = spawn(process.execPath, [program, ...args, '--json'], { cwd: folder, env, stdio: 'pipe' });
    child.stdin.end();
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    return new Promise((done) => child.on('close', (code) => done({ code, stdout, stderr })));
  }

  const model = ['--model-url', 'http://127.0.0.1:9/v1', '--model', 'any'];
  const base = ['--base-model', 'lab/tiny', '--benchmark', 'glims.jsonl'];
  /** The failure as the one JSON object on stdout has it; people read the same on stderr. */
  const failureOf = ({ stdout, stderr }: Ended): Told => {
    const { error } = JSON.parse(stdout) as { error: Told };
    assert.ok(stderr.includes(`ml-intern: ${error.message}\n  Next: ${error.next}\n`), stderr);
    assert.doesNotMatch(stderr, /\n\s+at /);
    return error;
  };

  it('a box that cannot be reached: exit code 1, and the run can be resumed', async () => {
    const box = `127.0.0.1:${await closedPort()}`;
    const ended = await play('run', ...base, '--box', box, ...model);
    assert.equal(ended.code, 1, ended.stderr);
    assertPlain(failureOf(ended), 'box-unreachable', /refuses connections\.$/, /then try again/);
    const id = (await readdir(join(folder, 'ml-intern')))[0] ?? '';
    assert.match(ended.stderr, new RegExp(`To go on: .* runs resume ${id} --model-url ${model[1]}`));

    const again = await play('runs', 'resume', id);
    assert.equal(again.code, 1, again.stderr);
    assertPlain(failureOf(again), 'box-unreachable', /refuses connections\.$/, /then try again/);
    const log = await readFile(join(folder, 'ml-intern', id, 'events.jsonl'), 'utf8');
    const types = [...log.matchAll(/"type":"([a-z.-]+)"/g)].map(([, type]) => type);
    const once = ['run.started', 'problem.raised', 'run.stopped'];
    assert.deepEqual(types, ['run.created', 'benchmark.loaded', ...once, ...once]);
  });

  it('a benchmark with a broken line: exit code 2, and nothing is created', async () => {
    await writeFile(join(folder, 'glims.jsonl'), `${benchmark()}{"question": "Cut o`);
    const ended = await play('run', ...base, ...model);
    assert.equal(ended.code, 2, ended.stderr);
    assertPlain(failureOf(ended), 'benchmark-invalid', /line 13 is not JSON/, /Mend that line/);
    assert.deepEqual(await readdir(folder), ['glims.jsonl']);
  });
});
