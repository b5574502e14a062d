import assert from 'node:assert/strict';
import { count, duration, plain, points, table } from '../../src/cli/format';
import { liveLine } from '../../src/cli/live-line';
import { narrate } from '../../src/cli/narrate';
import { Progress } from '../../src/cli/progress';
import { config, FakeRun, FakeTerminal } from './support';

function training(): FakeRun {
  const run = new FakeRun('r', config);
  run.add('run.started', { by: 'cli', process: 1 });
  run.add('phase.entered', { phase: 'experiments' });
  const job = { id: 'j1', kind: 'train' as const, experiment: '01-a', contentHash: 'h', capSeconds: 60, folder: 'f' };
  run.add('job.submitted', job);
  const times = { startedAt: 1, endedAt: null, wallSeconds: 0, gpuSeconds: 0, failure: null };
  run.add('job.changed', { id: 'j1', state: 'running', ...times });
  return run;
}

const point = { time: 1, step: 50, total_steps: 200, loss: 1.25, eta_seconds: 75 };

describe('progress for people', () => {
  it('shows a bar with the time left while training', () => {
    const state = { view: training().view(), metrics: new Map([['j1', point]]), phaseSeconds: 65, frame: 0 };
    const line = liveLine(state, 120);
    for (const part of ['experiments', '1 min 5 s', 'train 01-a', '█████░', '25 %', 'loss 1.250', '1 min 15 s left'])
      assert.ok(line.includes(part), `${part} is missing in ${line}`);
    assert.ok(Array.from(liveLine(state, 40)).length < 40);
  });

  it('tells quarters in plain lines where nothing can be redrawn', () => {
    const terminal = new FakeTerminal();
    const progress = new Progress(terminal);
    for (const step of [10, 50, 60, 100, 200]) progress.addMetrics('j1', [{ ...point, step }]);
    assert.deepEqual(terminal.stderr.match(/\d+ %/g), ['25 %', '50 %', '100 %']);
  });

  it('keeps lines back while a person is asked', () => {
    const terminal = new FakeTerminal();
    const progress = new Progress(terminal);
    progress.hold();
    progress.line('later');
    assert.equal(terminal.stderr, '');
    progress.release();
    assert.equal(terminal.stderr, 'later\n');
  });

  it('tells each change once, and a failure with its class', () => {
    const run = training();
    const before = run.view();
    assert.deepEqual(narrate(before, before), []);
    const failure = { class: 'oom-gpu' as const, message: 'out of memory' };
    run.add('job.changed', {
      id: 'j1',
      state: 'failed',
      startedAt: 1,
      endedAt: 9,
      wallSeconds: 8,
      gpuSeconds: 8,
      failure,
    });
    assert.deepEqual(narrate(before, run.view()), ['  job train 01-a: failed after 8 s: oom-gpu, out of memory']);
  });
});

describe('a job that waits', () => {
  it('is told with what it waits for, once', () => {
    const run = training();
    const before = run.view();
    const times = { startedAt: null, endedAt: null, wallSeconds: 0, gpuSeconds: 0, failure: null };
    run.add('job.changed', { id: 'j1', state: 'queued', note: 'waits for a GPU', ...times });
    const waiting = run.view();
    assert.deepEqual(narrate(before, waiting), ['  job train 01-a: queued, waits for a GPU']);
    run.add('job.changed', { id: 'j1', state: 'starting', note: 'waits for a GPU', ...times });
    assert.deepEqual(narrate(waiting, run.view()), []);
  });
});

describe('numbers and words', () => {
  it('are told plainly', () => {
    assert.equal(duration(3725), '1 h 2 min');
    assert.equal(duration(59.6), '1 min 0 s');
    assert.equal(count(1234567), '1 234 567');
    assert.deepEqual([points(0.051), points(-0.2), points(-0.0001)], ['+5.1', '-20.0', '0.0']);
  });

  it('cannot carry control sequences', () => {
    assert.equal(plain('a\u001b[2Jb\nc\u0007\u009b'), 'ab c');
  });

  it('line up in tables', () => {
    assert.equal(
      table([
        ['a', 'b'],
        ['long', '1'],
      ]),
      'a     b\n────  ─\nlong  1',
    );
  });
});
