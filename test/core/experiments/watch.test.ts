import assert from 'node:assert/strict';
import { Watcher } from '../../../src/core/experiments/watch';
import type { MetricPoint } from '../../../src/core/run/runs';
import { Watching } from '../../../src/core/experiments/watching';
import { openJournal, runFolder } from '../../support/core/journal';
import { MemoryStore } from '../../support/core/memory-store';
import { QuietClock } from '../../support/core/quiet-clock';
import { Random } from '../../support/core/random';

type Curve = (progress: number, at: number, noise: () => number) => Partial<MetricPoint>;

const cosine = (progress: number) =>
  (progress < 0.05 ? progress / 0.05 : (1 + Math.cos(Math.PI * progress)) / 2) * 1e-4;

/** 200 reports of a training of 2000 steps, with noise that a seed fixes. */
function rulesOf(curve: Curve, seed: number, reports = 200): string[] {
  const random = new Random(seed);
  const noise = () => (random.below(2001) + random.below(2001) + random.below(2001)) / 1000 - 3;
  const watcher = new Watcher();
  const rules: string[] = [];
  for (let at = 0; at < reports; at++) {
    const progress = at / reports;
    const point = { time: at, step: 10 * (at + 1), total_steps: 10 * reports, learning_rate: cosine(progress) };
    rules.push(
      ...watcher.add({ ...point, grad_norm: 1 + 0.2 * noise(), ...curve(progress, at, noise) }).map(({ rule }) => rule),
    );
  }
  return rules;
}

const falling =
  (from: number, to: number, speed = 5) =>
  (p: number) =>
    to + (from - to) * Math.exp(-speed * p);

const healthy: Record<string, Curve> = {
  'a smooth fall': (p) => ({ loss: falling(3, 1)(p) }),
  'a noisy fall': (p, _, noise) => ({ loss: falling(3, 1)(p) + 0.15 * noise() }),
  'a very noisy fall': (p, _, noise) => ({ loss: Math.max(0.05, falling(2.5, 1)(p) + 0.4 * noise()) }),
  'a slow fall': (p, _, noise) => ({ loss: falling(1.4, 1.1, 1)(p) + 0.05 * noise() }),
  'a spike in the warm-up': (p, at, noise) => ({ loss: falling(3, 1)(p) + (at < 8 ? 4 : 0) + 0.1 * noise() }),
  'single bad batches': (p, at, noise) => ({ loss: falling(2, 1)(p) * (at % 37 === 36 ? 3 : 1) + 0.05 * noise() }),
  'large gradients in the warm-up': (p, at) => ({ loss: falling(3, 1)(p), grad_norm: at < 10 ? 80 : 1.2 }),
  'single large gradients': (p, at) => ({ loss: falling(3, 1)(p), grad_norm: at % 40 === 39 ? 60 : 1 }),
  'gradients that grow': (p) => ({ loss: falling(3, 1)(p), grad_norm: 0.05 + 4 * p }),
  'adapters that start from nothing': (p, at) => ({
    loss: falling(2, 0.9)(p),
    grad_norm: 0.02 * Math.exp(Math.min(at, 40) / 12),
  }),
  'a fall to almost nothing': (p, _, noise) => ({ loss: Math.abs(falling(2, 0.001, 12)(p) + 0.002 * noise()) }),
  'memorised, with small bumps': (p, at) => ({ loss: falling(1.5, 0.01, 15)(p) + (at % 50 === 49 ? 0.08 : 0) }),
  'flat once the rate has decayed': (p) => ({ loss: p < 0.55 ? falling(3, 1, 3)(p) : falling(3, 1, 3)(0.55) }),
  'steps down at each epoch': (p, _, noise) => ({ loss: 1.6 - 0.3 * Math.floor(p * 4) + 0.08 * noise() }),
  preferences: (p, _, noise) => ({ loss: 0.69 - 0.35 * p + 0.05 * noise() }),
  'rewards that rise (GRPO)': (p, _, noise) => ({ loss: 0.01 * noise(), reward: 0.2 + 0.5 * p + 0.1 * noise() }),
  'a loss about zero (GRPO with KL)': (p, _, noise) => ({
    loss: 0.002 + 0.05 * p + 0.02 * Math.abs(noise()),
    reward: p,
  }),
  'a negative loss': (p, _, noise) => ({ loss: -0.2 - 0.5 * p + 0.1 * noise() }),
  'evaluations that get better, not every time': (p, at, noise) => ({
    loss: falling(2, 1)(p),
    ...(at % 20 === 19 ? { eval_loss: falling(2, 1.2)(p) + 0.01 * noise() } : {}),
  }),
  'evaluations that end a hair above their best': (p, at) => ({
    loss: falling(2, 1)(p),
    ...(at % 20 === 19 ? { eval_loss: 1.2 + (0.001 * Math.abs(at - 120)) / 20 } : {}),
  }),
};

const late = (at: number, from = 100) => at >= from;
const sick: Record<string, [string, Curve]> = {
  NaN: ['nan', (p, at) => (late(at) ? { non_finite: ['loss'] } : { loss: falling(3, 1)(p) })],
  'NaN at once': ['nan', () => ({ non_finite: ['loss', 'grad_norm'] })],
  'an infinite gradient': [
    'nan',
    (p, at) => ({ loss: falling(3, 1)(p), ...(at === 150 ? { non_finite: ['grad_norm'] } : {}) }),
  ],
  'NaN in the evaluation': [
    'nan',
    (p, at) => ({ loss: falling(3, 1)(p), ...(at === 60 ? { non_finite: ['eval_loss'] } : {}) }),
  ],
  'a jump that stays': [
    'divergence',
    (p, at, noise) => ({ loss: falling(3, 1)(p) + (late(at) ? 5 : 0) + 0.1 * noise() }),
  ],
  'a slow climb': ['divergence', (p, at) => ({ loss: late(at, 60) ? 1.1 + 0.04 * (at - 60) : falling(3, 1)(p) })],
  'a fast climb': ['divergence', (_, at) => ({ loss: late(at, 30) ? 1.5 ** Math.min(at - 30, 30) : 1 })],
  'a climb in noise': [
    'divergence',
    (p, at, noise) => ({
      loss: Math.max(0.1, (late(at, 80) ? 1 + 0.05 * (at - 80) : falling(3, 1)(p)) + 0.3 * noise()),
    }),
  ],
  'a climb out of memorised rows': ['divergence', (_, at) => ({ loss: late(at) ? 0.6 : 0.02 })],
  'exploding gradients': ['gradient', (p, at) => ({ loss: falling(3, 1)(p), grad_norm: late(at) ? 500 : 1 })],
  'gradients that double': [
    'gradient',
    (p, at) => ({ loss: falling(3, 1)(p), grad_norm: late(at) ? 2 ** Math.min(30, at - 99) : 1 }),
  ],
  'an explosion in noise': [
    'gradient',
    (p, at, noise) => ({ loss: falling(3, 1)(p), grad_norm: (late(at) ? 40 : 1) * (1 + 0.2 * noise()) }),
  ],
  'an early explosion': ['gradient', (p, at) => ({ loss: falling(3, 1)(p), grad_norm: late(at, 15) ? 90 : 2 })],
  'a loss that never falls': ['plateau', (_, __, noise) => ({ loss: 2.3 + 0.02 * noise() })],
  'a loss that stops early': ['plateau', (p, _, noise) => ({ loss: Math.max(1.8, 3 - 20 * p) + 0.02 * noise() })],
  'chance (two classes)': ['plateau', (_, __, noise) => ({ loss: Math.log(2) + 0.005 * noise() })],
  'a loss that creeps up': ['plateau', (p, _, noise) => ({ loss: 2 + 0.1 * p + 0.02 * noise() })],
  'a flat loss at a constant rate': [
    'plateau',
    (_, __, noise) => ({ loss: 1.5 + 0.02 * noise(), learning_rate: 1e-5 }),
  ],
  overfitting: [
    'evaluation',
    (p, at) => ({ loss: falling(2, 0.3)(p), ...(at % 20 === 19 ? { eval_loss: 1 + Math.abs(p - 0.3) } : {}) }),
  ],
  'evaluations that only get worse': [
    'evaluation',
    (p, at) => ({ loss: falling(2, 0.3)(p), ...(at % 20 === 19 ? { eval_loss: 1.5 + p } : {}) }),
  ],
};

describe('the rules that watch a training', () => {
  it('are silent about twenty kinds of healthy curves', () => {
    assert.equal(Object.keys(healthy).length, 20);
    const alarms = Object.entries(healthy).flatMap(([name, curve]) =>
      [1, 2, 3, 4, 5].flatMap((seed) => rulesOf(curve, seed).map((rule) => `${name}: ${rule}`)),
    );
    assert.deepEqual(alarms, []);
  });

  it('tell each of twenty kinds of sick ones, once', () => {
    assert.equal(Object.keys(sick).length, 20);
    const wrong = Object.entries(sick).flatMap(([name, [rule, curve]]) =>
      [1, 2, 3].flatMap((seed) => {
        const rules = rulesOf(curve, seed);
        const once = rules.filter((each) => each === rule).length === 1;
        return once ? [] : [`${name}: ${rules.join(', ') || 'nothing'}`];
      }),
    );
    assert.deepEqual(wrong, []);
  });

  it('say what was measured and which bound it broke', () => {
    const watcher = new Watcher();
    const points = Array.from({ length: 40 }, (_, at) => ({ time: at, step: at + 1, loss: at < 20 ? 1 : 9 }));
    const [finding] = points.flatMap((point) => watcher.add(point));
    assert.match(finding?.message ?? '', /^The loss, smoothed, is [\d.]+ at step \d+, over 2 times its lowest of 1\.$/);
    assert.ok((finding?.value ?? 0) > (finding?.limit ?? Infinity));
  });
});

describe('watching a run', () => {
  const point = (step: number, loss: number): MetricPoint => ({ time: step, step, loss });
  const high = Array.from({ length: 20 }, (_, at) => point(at + 30, 9));
  const low = Array.from({ length: 29 }, (_, at) => point(at + 1, 1));

  async function open(config: Parameters<typeof openJournal>[1], kind: 'train' | 'evaluate' = 'train') {
    const store = new MemoryStore();
    const journal = await openJournal(store, config, new QuietClock());
    const job = { id: 'j', kind, experiment: null, contentHash: 'h', capSeconds: 9, folder: 'jobs/j' };
    await journal.record('job.submitted', job);
    const stopped: string[] = [];
    const watch = () =>
      new Watching({ journal, store, runFolder, stop: (id) => Promise.resolve(void stopped.push(id)) });
    const write = (points: MetricPoint[]) =>
      store.append(
        `${runFolder}/jobs/j/metrics.jsonl`,
        new TextEncoder().encode(points.map((each) => `${JSON.stringify(each)}\n`).join('')),
      );
    return { journal, stopped, watch, write, findings: () => journal.view.jobs[0]?.findings ?? [] };
  }

  it('records a finding once, also when another process took over in between', async () => {
    const { watch, write, findings, stopped } = await open({});
    for (const parts of [low, high.slice(0, 2), high.slice(2, 10), high.slice(10)]) {
      await write(parts);
      const watching = watch();
      watching.take('j', parts);
      await watching.settled();
    }
    assert.deepEqual(
      findings().map(({ rule }) => rule),
      ['divergence'],
    );
    assert.deepEqual(stopped, [], 'Unless the run says so, a finding ends nothing.');
  });

  it('ends the job where the rule is among those that the run stops on', async () => {
    const { watch, write, stopped } = await open({ stopOn: ['divergence'] });
    await write([...low, ...high]);
    const watching = watch();
    watching.take('j', [...low, ...high]);
    await watching.settled();
    assert.deepEqual(stopped, ['j']);
  });

  it('looks at trainings only', async () => {
    const { watch, write, findings } = await open({}, 'evaluate');
    await write([...low, ...high]);
    const watching = watch();
    watching.take('j', [...low, ...high]);
    await watching.settled();
    assert.deepEqual(findings(), []);
  });
});
