// The whole practice run from the command line, killed again and again at random moments: it finishes, and its story holds.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { watch } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { RunEvent } from '../../src/core/run/events';
import type { RunResult } from '../../src/cli/result';

const repository = resolve(__dirname, '../..');
/** Kept between test runs: environments and the base model take minutes to make. */
const home = process.env['ML_INTERN_HOME'] ?? join(repository, '.cache', 'home');
const kills = 4;

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

describe('a practice run from the command line, killed at random moments', function () {
  this.timeout(40 * 60_000);
  let workspace: string;
  let result: RunResult;
  let events: RunEvent[];

  before(async () => {
    workspace = await mkdtemp(join(tmpdir(), 'ml-intern-journey-'));
    let ended = await runAndKill(
      ['practice', '--json', '--experiments', '3', '--workspace', workspace],
      workspace,
      randomInt(20, 60),
    );
    for (let kill = 1; kill < kills && ended === undefined; kill++) {
      ended = await runAndKill(resume(workspace), workspace, randomInt(5, 60));
    }
    ended ??= await run(resume(workspace));
    assert.equal(ended.code, 0, ended.stderr);
    result = JSON.parse(ended.stdout) as RunResult;
    events = await logOf(workspace);
  });

  after(() => rm(workspace, { recursive: true, force: true }));

  it('prints one JSON object with a better model', () => {
    assert.ok(result.baseline && result.best && result.difference);
    assert.ok(result.difference.low > 0, JSON.stringify(result.difference));
    assert.ok(result.best.value > result.baseline.value);
    for (const score of [result.baseline, result.best]) {
      assert.ok(score.low <= score.value && score.value <= score.high && score.n > 0 && score.seeds.length > 0);
    }
    assert.ok(result.standIns.length >= 3);
  });

  it('tried at least three experiments, and did not promote one that was worse than its parent or hopeless', () => {
    assert.ok(result.experiments.length >= 3);
    // An evaluation that was stopped early takes part in no test.
    const isBehind = ({ score, toParent }: (typeof result.experiments)[number]) =>
      toParent?.verdict === 'worse' || score?.partial !== undefined;
    const worse = result.experiments.filter((each) => each.parent !== null && isBehind(each));
    assert.ok(worse.length > 0, JSON.stringify(result.experiments, null, 1));
    assert.ok(worse.every(({ outcome }) => outcome === 'not promoted'));
  });

  it('refused the contaminated and the forbidden dataset, with reasons', () => {
    const reasons = result.datasets.refused.map(({ reason }) => reason).join('\n');
    assert.match(reasons, /evaluation/);
    assert.match(reasons, /cc-by-nc-nd/);
    assert.ok(result.datasets.used.length > 0);
  });

  it('has a log without gap or duplicate', () => {
    assert.deepEqual(
      events.map(({ seq }) => seq),
      events.map((_, index) => index + 1),
    );
    const starts = events.filter(({ type }) => type === 'run.started').length;
    assert.ok(starts > 1, 'it was never killed');
  });

  it('ran no job twice and called no tool twice', () => {
    const submitted = events.flatMap((event) => (event.type === 'job.submitted' ? [event.data.id] : []));
    assert.deepEqual(submitted, [...new Set(submitted)]);
    assert.ok(
      submitted.every((id) => !/-t[2-9]$/.test(id)),
      `a second try: ${submitted.join(', ')}`,
    );
    const ended = events.flatMap((event) =>
      event.type === 'job.changed' && event.data.endedAt !== null ? [event.data.id] : [],
    );
    assert.deepEqual([...ended].sort(), [...submitted].sort());
    const answered = events.flatMap((event) => (event.type === 'tool.returned' ? [event.data.callId] : []));
    assert.deepEqual(answered, [...new Set(answered)]);
  });

  it('leaves a report with the same figures', async () => {
    const report = await readFile(join(result.folder, 'report.md'), 'utf8');
    assert.ok(result.best && report.includes(result.best.value.toFixed(3)));
    assert.match(report, /stand-in/i);
    for (const section of [
      'What the literature says worked',
      'Data sheets',
      'Overlap with the evaluation',
      'Rows that a model wrote',
      'Licences',
      'Where the rows went',
    ])
      assert.ok(report.includes(`## ${section}\n`), `${section} is not in\n${report}`);
    assert.match(report, /of usual length \(−\d+\) → \d+ deduplicated \(−\d+\)/);
  });

  it('had rows written once for what the data lacked, refused the bad ones, and was the better for them', async () => {
    const [rows, ...more] = events.flatMap((event) => (event.type === 'rows.generated' ? [event.data.rows] : []));
    assert.ok(rows && more.length === 0);
    assert.deepEqual(Object.keys(rows.rejected), ['malformed', 'refusal', 'duplicate', 'unverified', 'overlap']);
    const lines = (await readFile(join(result.folder, rows.file), 'utf8')).trim().split('\n');
    assert.equal(lines.length, rows.rows);
    for (const line of lines) assert.match(line, /"provenance":.*"model":"practice-stand-in-teacher"/);
    const child = result.experiments.find(({ id }) => id.endsWith('-plus-written'));
    assert.equal(child?.toParent?.verdict, 'better', JSON.stringify(result.experiments, null, 1));
  });
});

const resume = (workspace: string) => ['runs', 'resume', '--json', '--workspace', workspace];

/** Runs the CLI; kills it (-9) once its log has grown by so many events. Undefined when it was killed. */
async function runAndKill(args: string[], workspace: string, grow: number): Promise<Ended | undefined> {
  const before = await logOf(workspace).then(
    (events) => events.length,
    () => 0,
  );
  const watching = new AbortController();
  const ended = run(args, (kill) => {
    void whenGrown(workspace, before + grow, watching.signal).then(kill, () => undefined);
  }).finally(() => watching.abort());
  const { code } = await ended;
  return code === null ? undefined : ended;
}

function run(args: string[], arm?: (kill: () => void) => void): Promise<Ended> {
  const child = spawn(process.execPath, [join(repository, 'out/cli.cjs'), ...args], {
    env: { ...process.env, ML_INTERN_HOME: home, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  arm?.(() => child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((done) => child.on('close', (code) => done({ code, stdout, stderr })));
}

/** Resolves when the run's log holds `count` events. */
async function whenGrown(workspace: string, count: number, signal: AbortSignal): Promise<void> {
  const grown = async () =>
    (await logOf(workspace).then(
      (events) => events.length,
      () => 0,
    )) >= count;
  if (await grown()) return;
  await new Promise<void>((done) => {
    // Any change below the workspace may be the log's.
    const watcher = watch(workspace, { recursive: true, signal }, () => {
      void grown().then((yes) => {
        if (!yes) return;
        watcher.close();
        done();
      });
    });
  });
}

async function logOf(workspace: string): Promise<RunEvent[]> {
  const runs = join(workspace, 'ml-intern');
  const name = (await readdir(runs)).find((each) => /-practice-/.test(each));
  if (name === undefined) throw new Error('The run has not begun.');
  const text = await readFile(join(runs, name, 'events.jsonl'), 'utf8');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as RunEvent);
}
