import assert from 'node:assert/strict';
import type { HostToPanel, PanelPoint, PanelReading } from '../../src/core/protocol/messages';
import { reduce as reduceRun } from '../../src/core/run/reducer';
import { projectRun } from '../../src/vscode/run-panel/project';
import { initialState, mostPoints, reduce, type State } from '../../webview-ui/src/state';
import { type Log, untilTraining, wholeStory } from '../support/story';

const point = (step: number, loss: number | null = 1 / step): PanelPoint => ({
  step,
  totalSteps: 100,
  loss,
  learningRate: null,
  evalLoss: null,
  etaSeconds: null,
});

const steps = (from: number, to: number): PanelPoint[] =>
  Array.from({ length: to - from + 1 }, (_, i) => point(from + i));

const snapshot = (log: Log): HostToPanel => ({
  v: 1,
  type: 'snapshot',
  view: projectRun(reduceRun(log.events), { active: true, trusted: true, now: 0 }),
});

const metrics = (points: PanelPoint[], whole = false): HostToPanel => ({
  v: 1,
  type: 'metrics',
  job: 'train-1',
  points,
  whole,
});

const after = (...messages: HostToPanel[]): State => messages.reduce<State>(reduce, initialState);

describe('the state of the run panel', () => {
  it('joins batches of points that overlap without a gap or a double', () => {
    const state = after(metrics(steps(1, 50), true), metrics(steps(40, 80)), metrics(steps(80, 90)));
    assert.deepEqual(
      state.series['train-1']?.map(({ step }) => step),
      steps(1, 90).map(({ step }) => step),
    );
  });

  it('keeps an evaluation that shares its step with a training point', () => {
    const evaluation = { ...point(50, null), evalLoss: 0.4 };
    const state = after(metrics(steps(1, 50), true), metrics([point(50), evaluation]));
    assert.equal(state.series['train-1']?.length, 51);
  });

  it('replaces the series when the host sends the whole of it', () => {
    assert.equal(after(metrics(steps(1, 50), true), metrics(steps(1, 10), true)).series['train-1']?.length, 10);
  });

  it('stays bounded however long a training goes on', () => {
    let state = initialState;
    for (let batch = 0; batch < 40; batch++) state = reduce(state, metrics(steps(batch * 500 + 1, batch * 500 + 500)));
    const kept = state.series['train-1'] ?? [];
    assert.ok(kept.length <= mostPoints);
    assert.equal(kept[0]?.step, 1);
    assert.equal(kept.at(-1)?.step, 20_000);
  });

  it('drops the series of old jobs when there are very many', () => {
    let state = initialState;
    for (let job = 0; job < 60; job++) {
      state = reduce(state, { v: 1, type: 'metrics', job: `job-${job}`, points: steps(1, 3), whole: true });
    }
    assert.ok(Object.keys(state.series).length <= 24);
    assert.ok(state.series['job-59'] !== undefined);
  });

  it('keeps what the machine does of one job, bounded, and begins anew with another', () => {
    const readings = (from: number, count: number): PanelReading[] =>
      Array.from({ length: count }, (_, i) => ({
        ...{ time: from + i, gpus: [], cpuPercent: (from + i) % 100, memoryMiB: 1, jobMemoryMiB: 1, diskFreeMiB: 1 },
      }));
    const telemetry = (job: string, from: number, count: number): HostToPanel => ({
      ...{ v: 1, type: 'telemetry', job, readings: readings(from, count), whole: false },
    });
    let state = initialState;
    for (let batch = 0; batch < 6; batch++) state = reduce(state, telemetry('train-1', batch * 1000, 1000));
    const kept = state.telemetry?.readings ?? [];
    assert.ok(kept.length <= mostPoints);
    assert.deepEqual([kept[0]?.time, kept.at(-1)?.time], [0, 5999]);
    assert.equal(reduce(state, telemetry('train-2', 0, 3)).telemetry?.readings.length, 3);
  });

  it('clears what is being said once it is in the log', () => {
    const speech: HostToPanel = { v: 1, type: 'speech', text: 'I think' };
    assert.equal(after(snapshot(untilTraining()), speech).speech, 'I think');
    const longer = untilTraining();
    longer.say('I think so.');
    assert.equal(after(snapshot(untilTraining()), speech, snapshot(longer)).speech, '');
  });

  it('shows a refusal until it is dismissed', () => {
    const refused = after(snapshot(wholeStory()), { v: 1, type: 'refused', message: 'No.', next: 'Resume.' });
    assert.deepEqual(refused.refusal, { message: 'No.', next: 'Resume.' });
    assert.equal(reduce(refused, { type: 'dismissed' }).refusal, null);
  });
});
