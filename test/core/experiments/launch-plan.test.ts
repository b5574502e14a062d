import assert from 'node:assert/strict';
import { planLaunch, type LaunchNeeds } from '../../../src/core/experiments/launch-plan';

const gpus = (count: number, gigabytes = 80) => Array.from({ length: count }, () => ({ memoryMiB: gigabytes * 1024 }));

const plan = (needs: Partial<LaunchNeeds>) =>
  planLaunch({ gpus: gpus(1), parameters: 6e8, method: 'full', batch: 8, ...needs });

const chosen = (needs: Partial<LaunchNeeds>) => {
  const { gpus: count, strategy } = plan(needs);
  return [count, strategy];
};

describe('how a training uses the GPUs of a box', () => {
  it('is plain Python without GPUs and on one', () => {
    assert.deepEqual(plan({ gpus: [] }), {
      gpus: 0,
      strategy: 'cpu',
      launcher: ['{python}'],
      why: 'on the CPU of the box',
    });
    assert.deepEqual(chosen({}), [1, 'single']);
    assert.deepEqual(plan({}).launcher, ['{python}']);
  });

  it('is a copy on each where one GPU holds all of it, and parts where it does not', () => {
    assert.deepEqual(chosen({ gpus: gpus(4) }), [4, 'ddp']);
    assert.match(plan({ gpus: gpus(4) }).why, /a copy on each of 4 GPUs \(DDP\): 6.0 GB of training state fit one/);
    assert.deepEqual(chosen({ gpus: gpus(8), parameters: 14e9 }), [8, 'fsdp']);
    assert.match(plan({ gpus: gpus(8), parameters: 14e9 }).why, /in parts over 8 GPUs \(FSDP\).* 28 GB on each/);
  });

  it('takes only as many GPUs as share the rows of a step evenly', () => {
    assert.deepEqual(chosen({ gpus: gpus(8), batch: 6 }), [6, 'ddp']);
    assert.deepEqual(chosen({ gpus: gpus(4), batch: 7 }), [1, 'single']);
    assert.deepEqual(chosen({ gpus: gpus(4), batch: null }), [1, 'single']);
  });

  it('counts by the smallest GPU', () => {
    const mixed = [...gpus(1, 80), ...gpus(1, 16)];
    assert.deepEqual(chosen({ gpus: mixed, parameters: 1.6e9 }), [2, 'fsdp']);
    assert.deepEqual(chosen({ gpus: gpus(2, 80), parameters: 1.6e9 }), [2, 'ddp']);
  });

  it('needs less for adapters than for the whole model', () => {
    assert.deepEqual(chosen({ gpus: gpus(1, 24), parameters: 7.6e9, method: 'lora' }), [1, 'single']);
    assert.throws(() => plan({ gpus: gpus(1, 24), parameters: 7.6e9 }), { reason: 'bad-input' });
    assert.deepEqual(chosen({ gpus: gpus(1, 24), parameters: 14e9, method: 'qlora' }), [1, 'single']);
    assert.throws(() => plan({ gpus: gpus(1, 24), parameters: 14e9, method: 'lora' }), { next: /QLoRA/ });
  });

  it('takes exactly the GPUs that were asked for, or says why not', () => {
    assert.deepEqual(chosen({ gpus: gpus(4), wanted: 2 }), [2, 'ddp']);
    assert.deepEqual(chosen({ gpus: gpus(4), wanted: 1 }), [1, 'single']);
    assert.throws(() => plan({ gpus: gpus(2), wanted: 3 }), { message: /wants 3 GPUs, but the box has 2 GPUs/ });
    assert.throws(() => plan({ gpus: [], wanted: 1 }), { message: /box has no GPU/, next: /CPU/ });
    assert.throws(() => plan({ gpus: gpus(4), wanted: 3 }), { message: /8 rows a step .* cannot be shared evenly/ });
    assert.throws(() => plan({ gpus: gpus(4), wanted: 2, batch: null }), { message: /does not name batch_size/ });
  });

  it('refuses what fits nowhere and names the largest model that would', () => {
    assert.throws(() => plan({ gpus: gpus(1, 24), parameters: 8e9 }), {
      message: /model of 8.00 billion parameters is too large to train on 1 GPU/,
      next: /at most 2.57 billion parameters, or train adapters only/,
    });
    assert.throws(() => plan({ gpus: gpus(4, 24), parameters: 8e9 }), { next: /at most 5.15 billion/ });
  });

  it('takes what it cannot measure as it is', () => {
    assert.deepEqual(chosen({ gpus: gpus(4), parameters: null }), [1, 'single']);
    assert.deepEqual(chosen({ gpus: gpus(4, 0) }), [1, 'single']);
    assert.deepEqual(chosen({ gpus: gpus(4), parameters: null, wanted: 2 }), [2, 'ddp']);
  });

  it('says everything by flags, and takes a free port', () => {
    for (const needs of [{ gpus: gpus(2) }, { gpus: gpus(8), parameters: 14e9 }]) {
      const { launcher } = plan(needs);
      assert.deepEqual(launcher.slice(0, 3), ['{python}', '-m', 'accelerate.commands.launch']);
      assert.equal(launcher[launcher.indexOf('--num_processes') + 1], String(needs.gpus.length));
      assert.equal(launcher[launcher.indexOf('--main_process_port') + 1], '0');
      assert.ok(!launcher.includes('--config_file'));
    }
  });
});
