import assert from 'node:assert/strict';
import type { PanelPoint, PanelReading } from '../../src/core/protocol/messages';
import type { PanelJob } from '../../src/core/protocol/panel-view';
import { decimate } from '../../webview-ui/src/charts/decimate';
import { aligned, trainingPlot } from '../../webview-ui/src/charts/loss-series';
import { extent, figureText, machinePlots } from '../../webview-ui/src/charts/telemetry-series';
import { linear, padded, ticks } from '../../webview-ui/src/charts/scale';

interface XY {
  x: number;
  y: number | null;
}

const wave = (count: number): XY[] => Array.from({ length: count }, (_, x) => ({ x, y: Math.sin(x / 50) }));

describe('thinning a series out', () => {
  it('leaves a short one alone', () => {
    assert.deepEqual(
      decimate(wave(100), 2000, ({ y }) => y),
      wave(100),
    );
  });

  it('keeps the ends, the order and the spikes of a long one', () => {
    const points = wave(100_000);
    points[54_321] = { x: 54_321, y: 40 };
    const kept = decimate(points, 2000, ({ y }) => y);
    assert.ok(kept.length <= 2000);
    assert.equal(kept[0]?.x, 0);
    assert.equal(kept.at(-1)?.x, 99_999);
    assert.ok(kept.some(({ y }) => y === 40));
    assert.ok(kept.every(({ x }, index) => index === 0 || x > (kept[index - 1]?.x ?? -1)));
  });

  it('survives gaps and values that are not numbers', () => {
    const points = wave(5000).map((each, index) =>
      index % 3 === 0 ? { ...each, y: index % 2 === 0 ? null : NaN } : each,
    );
    assert.ok(decimate(points, 200, ({ y }) => y).length <= 200);
  });
});

describe('scales', () => {
  it('places values and does not divide by zero', () => {
    assert.equal(linear(0, 10, 0, 100).place(5), 50);
    assert.ok(Number.isFinite(linear(3, 3, 0, 100).place(3)));
  });

  it('ticks at round values inside the range', () => {
    assert.deepEqual(ticks(0, 0.5, 5), [0, 0.1, 0.2, 0.3, 0.4, 0.5]);
    assert.deepEqual(ticks(1, 1, 5), [1]);
  });

  it('gives some air but stays within what can be measured', () => {
    assert.deepEqual(padded([0, 1], [0, 1]), [0, 1]);
    const [low, high] = padded([0.4, 0.6], [0, 1]);
    assert.ok(low < 0.4 && high > 0.6);
  });
});

describe('the training plot', () => {
  const job = (id: string, experiment: string): PanelJob => ({
    ...{
      id,
      experiment,
      doing: 'training',
      startedAt: null,
      kind: 'train',
      state: 'running',
      live: true,
      note: '',
      wallSeconds: 1,
      capSeconds: 60,
      failure: '',
    },
  });
  const point = (step: number): PanelPoint => ({
    step,
    totalSteps: 10,
    loss: 1 / step,
    learningRate: 0.001,
    evalLoss: null,
    etaSeconds: 4,
  });

  it('draws the latest experiments over one axis and says where the newest is', () => {
    const series = { a: [point(1), point(3)], b: [point(2), point(3)] };
    const plot = trainingPlot([job('a', '01-one'), job('b', '02-two')], series);
    const [x, one, two, rate] = aligned(plot);
    assert.deepEqual(x, [1, 2, 3]);
    assert.deepEqual(one, [1, null, 1 / 3]);
    assert.deepEqual(two, [null, 0.5, 1 / 3]);
    assert.deepEqual(rate, [null, 0.001, 0.001]);
    assert.equal(plot.summary, '02-two: step 3 of 10, loss 0.333, about 4 s left');
  });

  it('marks where a rule saw something in the newest, and says what', () => {
    const text = 'The loss stays at 2.';
    const flagged = { ...job('b', '02-two'), marks: [{ step: 3, text }] };
    const plot = trainingPlot([job('a', '01-one'), flagged], { a: [point(1)], b: [point(3)] });
    assert.deepEqual(plot.marks, [{ step: 3, text }]);
    assert.match(plot.summary, /s left\. The loss stays at 2\.$/);
    assert.deepEqual(trainingPlot([job('a', '01-one')], { a: [point(1)] }).marks, []);
  });

  it('takes a logarithmic axis only where losses span much', () => {
    const at = (...losses: number[]): boolean =>
      trainingPlot([job('a', '01-one')], { a: losses.map((loss, index) => ({ ...point(index + 1), loss })) })
        .logarithmic;
    assert.equal(at(8, 0.5, 0.01), true);
    assert.equal(at(3, 1, 0.4), false);
    assert.equal(at(3, 0), false);
  });

  it('has nothing to draw before the first point', () => {
    assert.deepEqual(trainingPlot([job('a', '01-one')], {}).losses, []);
  });
});

describe('the plots of the machine', () => {
  const gpu = (index: number, busyPercent: number | null) => ({
    ...{ index, busyPercent, memoryMiB: 2048, watts: null, celsius: 60 },
  });
  const reading = (time: number, gpus: PanelReading['gpus']): PanelReading => ({
    ...{ time, gpus, cpuPercent: time === 0 ? null : 40, memoryMiB: 4096, jobMemoryMiB: 1024, diskFreeMiB: 512_000 },
  });

  it('draw one line a GPU, with gaps where one did not answer', () => {
    const { plots, elapsed } = machinePlots([reading(0, [gpu(0, 90), gpu(1, 80)]), reading(60, [gpu(1, 70)])]);
    const busy = plots.find(({ title }) => title === 'GPU busy');
    assert.deepEqual(busy?.lines, [
      { label: 'GPU 0', points: [90, null] },
      { label: 'GPU 1', points: [80, 70] },
    ]);
    assert.deepEqual(elapsed, { unit: 'min', values: [0, 1] });
  });

  it('leave out what a machine cannot tell, such as the power of a part of a GPU', () => {
    const titles = machinePlots([reading(0, [gpu(0, null)])]).plots.map(({ title }) => title);
    assert.deepEqual(titles, ['GPU memory', 'GPU temperature', 'Memory used', 'Disk free']);
  });

  it('say that there is no GPU, and that there is nothing at all', () => {
    const { withoutGpu, plots } = machinePlots([reading(5, [])]);
    assert.equal(withoutGpu, true);
    assert.deepEqual(
      plots.map(({ title }) => title),
      ['CPU busy', 'Memory used', 'Disk free'],
    );
    assert.deepEqual(machinePlots([]).plots, []);
  });

  it('count a long job in hours', () => {
    assert.deepEqual(machinePlots([reading(0, []), reading(7200 * 2, [])]).elapsed, { unit: 'h', values: [0, 4] });
  });

  it('say figures with their units, and – where there is none', () => {
    assert.deepEqual(
      [figureText(3.26, 'GiB'), figureText(312.4, 'GiB'), figureText(61.7, '%'), figureText(null, 'W')],
      ['3.3 GiB', '312 GiB', '62 %', '–'],
    );
    assert.deepEqual(extent([null, 4, 2, null]), { latest: 2, low: 2, high: 4 });
  });
});
