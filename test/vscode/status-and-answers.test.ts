import assert from 'node:assert/strict';
import { reduce } from '../../src/core/run/reducer';
import { coalesce } from '../../src/vscode/coalesce';
import { formatDuration, formatShare } from '../../src/vscode/format';
import {
  budgetInWords,
  checkBaseModel,
  checkBaseUrl,
  checkHost,
  ownRunConfig,
  type OwnRun,
} from '../../src/vscode/start-run/config';
import { statusText } from '../../src/vscode/status-text';
import { untilDataset, untilTraining } from '../support/story';

describe('the status bar', () => {
  const training = reduce(untilTraining().events);

  it('is coloured for attention only when something waits', () => {
    const waiting = statusText([reduce(untilDataset().events)], 1, () => undefined);
    assert.deepEqual([waiting?.attention, waiting?.text], [true, '$(bell-dot) ML Intern: 1 approval']);
    assert.equal(statusText([training], 0, () => undefined)?.attention, false);
  });

  it('says step and loss while training', () => {
    const status = statusText([training], 0, () => ({ time: 0, step: 42, total_steps: 240, loss: 1.834 }));
    assert.equal(status?.text, '$(beaker) ML Intern: step 42/240 · loss 1.83');
    assert.equal(statusText([training], 0, () => undefined)?.text, '$(beaker) ML Intern: training 03-longer');
  });

  it('says when the box is out of reach, and nothing when nothing runs', () => {
    assert.match(statusText([{ ...training, contact: 'lost' }], 0, () => undefined)?.text ?? '', /no contact/);
    assert.equal(
      statusText([], 0, () => undefined),
      undefined,
    );
  });
});

describe('answers to the start command', () => {
  const answers: OwnRun = {
    baseModel: 'lab/pebble-1b',
    benchmark: '/work/benchmarks/sill.jsonl',
    box: 'gpu-box',
    boxData: ['~/data'],
    model: { baseUrl: 'http://localhost:8000/v1', name: 'careful' },
    budget: { wallHours: 2, modelTokens: 500_000, experiments: 4 },
    autonomy: 'ask-everything',
    stopOn: ['nan'],
  };

  it('become a run with a goal in words', () => {
    const config = ownRunConfig(answers, '0.1.0');
    assert.equal(config.goal, 'Raise lab/pebble-1b on sill');
    assert.equal(config.benchmark, answers.benchmark);
    assert.deepEqual([config.stopOn, config.boxData], [['nan'], ['~/data']]);
    assert.equal('boxData' in ownRunConfig({ ...answers, boxData: [] }, '0.1.0'), false);
    assert.equal(budgetInWords(config.budget), '2 hours · 500K tokens · 4 experiments');
  });

  it('are refused with what to give instead', () => {
    assert.match(checkBaseUrl('localhost:8000') ?? '', /http/);
    assert.match(checkBaseUrl('https://key@host/v1') ?? '', /key/);
    assert.match(checkHost('-oProxyCommand=x') ?? '', /ssh/);
    assert.match(checkBaseModel('two words') ?? '', /Hub id/);
    for (const good of ['lab/pebble-1b', 'lab/pebble@main', '/models/pebble', '~/models/pebble'])
      assert.equal(checkBaseModel(good), undefined);
    assert.equal(checkHost('me@10.0.0.7:2222'), undefined);
  });
});

describe('words for amounts', () => {
  it('are short', () => {
    assert.deepEqual([0, 59, 61, 600, 3700, 86_400].map(formatDuration), [
      '0 s',
      '59 s',
      '1 min 1 s',
      '10 min',
      '1 h 1 min',
      '24 h',
    ]);
    assert.deepEqual([0, 0.004, 0.31].map(formatShare), ['0 %', '0.4 %', '31 %']);
  });
});

describe('coalesced requests', () => {
  it('act at once, then once for all that came meanwhile', async () => {
    let acts = 0;
    let settle = (): void => undefined;
    const second = new Promise<void>((resolve) => (settle = resolve));
    const calls = coalesce(5, () => ++acts === 2 && settle());
    for (let i = 0; i < 50; i++) calls.request();
    assert.equal(acts, 1);
    await second;
    calls.dispose();
    calls.request();
    assert.equal(acts, 2);
  });
});
