import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { recipeRow } from '../support/core/samples';
import { config, FakeRun, FakeRuns, play } from './support';

function withRun(...ids: string[]): FakeRuns {
  const runs = new FakeRuns((run) => run.end());
  for (const id of ids) {
    const run = new FakeRun(id, config);
    run.add('run.started', { by: 'cli', process: 1 });
    runs.runs.push(run);
  }
  return runs;
}

describe('ml-intern runs', () => {
  it('lists runs and tells an interrupted one from a running one', async () => {
    const runs = withRun('alpha', 'beta');
    runs.driven.add('beta');
    const { terminal, code } = await play(['runs', 'list'], runs);
    assert.equal(code, 0);
    assert.match(terminal.stdout, /alpha +interrupted/);
    assert.match(terminal.stdout, /beta +running/);
  });

  it('finds a run by the start of its name and refuses an ambiguous or unknown one with code 2', async () => {
    const runs = withRun('alpha', 'alps');
    assert.match((await play(['runs', 'show', 'alpha'], runs)).terminal.stdout, /interrupted/);
    for (const wanted of ['al', 'zeta']) {
      const { code, terminal } = await play(['runs', 'show', wanted], runs);
      assert.equal(code, 2);
      assert.match(terminal.stderr, /Next: See "ml-intern runs list"/);
    }
  });

  it('resumes the newest unfinished run', async () => {
    const runs = withRun('alpha');
    const { code } = await play(['runs', 'resume'], runs);
    assert.equal(code, 4);
    assert.equal(runs.runs[0]?.view().state, 'finished');
    assert.equal((await play(['runs', 'resume'], runs)).code, 2);
  });

  it('prints one JSON object for errors too', async () => {
    const { code, terminal } = await play(['runs', 'report', '--json'], withRun('alpha'));
    assert.equal(code, 2);
    assert.equal((JSON.parse(terminal.stdout) as { error: { reason: string } }).error.reason, 'bad-input');
  });

  it('prints the recipe table as Markdown, CSV and JSON', async () => {
    const runs = withRun('alpha');
    assert.match((await play(['runs', 'recipes'], runs)).terminal.stdout, /No recipe was noted/);
    runs.runs[0]?.add('recipe-row.noted', { row: recipeRow(), file: 'papers/recipe-table.md' });
    assert.match((await play(['runs', 'recipes'], runs)).terminal.stdout, /^\| result \| base model /);
    assert.match((await play(['runs', 'recipes', 'al', '--csv'], runs)).terminal.stdout, /^row,paper,.*\r\nrow-1,/);
    const { rows } = JSON.parse((await play(['runs', 'recipes', '--json'], runs)).terminal.stdout) as {
      rows: unknown[];
    };
    assert.deepEqual(rows, [recipeRow()]);
    assert.equal((await play(['runs', 'recipes', '--json', '--csv'], runs)).code, 2);
  });

  it('ends watching when nobody drives the run any more', async () => {
    const { terminal } = await play(['runs', 'watch'], withRun('alpha'));
    assert.match(terminal.stderr, /Run alpha: interrupted/);
  });

  it('gives help with examples for every command', async () => {
    const commands = [
      'practice',
      'run',
      'runs list',
      'runs show',
      'runs watch',
      'runs resume',
      'runs stop',
      'runs report',
      'runs recipes',
      ...['search', 'read', 'cites'].map((name) => `papers ${name}`),
      'runs decide',
      'runs never',
      ...['check', 'jobs', 'attach', 'stop', 'usage', 'envs', 'clean', 'forward', 'artifacts', 'fetch'].map(
        (name) => `box ${name}`,
      ),
    ];
    for (const line of commands) {
      const { code, terminal } = await play([...line.split(' '), '--help']);
      assert.equal(code, 0, line);
      assert.match(terminal.stdout, /Examples:/, line);
    }
    assert.match((await play(['--help'])).terminal.stdout, /130 {2}interrupted/);
  });

  it('tells a box that does not answer, with the next step', async () => {
    const { code, terminal } = await play(['box', 'check', 'gpu1', '--json']);
    assert.equal(code, 1);
    assert.match(terminal.stderr, /Nobody answers at gpu1\.\n {2}Next: Check the address/);
  });
});

describe('ml-intern runs stop', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ml-intern-stop-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function held(pid: number, by: 'cli' | 'editor', host = hostname()): Promise<FakeRuns> {
    const runs = withRun('alpha');
    runs.folderOf = () => folder;
    await writeFile(join(folder, 'lock.json'), JSON.stringify({ pid, startTime: '1', host }));
    await writeFile(
      join(folder, 'events.jsonl'),
      `{"v":1,"seq":1,"time":"","type":"run.started","data":{"by":"${by}","process":1}}\n`,
    );
    return runs;
  }

  it('interrupts the process that drives the run', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)']);
    await once(child, 'spawn');
    const runs = await held(child.pid ?? 0, 'cli');
    runs.driven.add('alpha');
    const ended = once(child, 'exit');
    const { code } = await play(['runs', 'stop'], runs);
    assert.equal(code, 0);
    assert.deepEqual(await ended, [null, 'SIGINT']);
  });

  it('never signals an editor, nor a process of another machine', async () => {
    for (const runs of [await held(process.pid, 'editor'), await held(process.pid, 'cli', 'another-machine')]) {
      runs.driven.add('alpha');
      const { code, terminal } = await play(['runs', 'stop'], runs);
      assert.equal(code, 5);
      assert.match(terminal.stderr, /Next: Stop it/);
    }
  });

  it('says plainly that a lock is stale', async () => {
    const { code, terminal } = await play(['runs', 'stop', 'alpha'], await held(999_999, 'cli'));
    assert.equal(code, 0);
    assert.match(terminal.stderr, /lock is stale/);
  });
});
