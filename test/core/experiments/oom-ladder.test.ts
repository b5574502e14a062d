import assert from 'node:assert/strict';
import { ladderOf } from '../../../src/core/experiments/oom-ladder';

const script = `config["batch_size"], config.get("gradient_accumulation", 1), config.get('gradient_checkpointing')`;

describe('the ladder for a training that runs out of memory', () => {
  it('halves the rows at once and doubles the steps that are added up, then saves activations, then ends', () => {
    const ladder = ladderOf({ batch_size: 4, learning_rate: 1e-4 }, script, 1);
    assert.deepEqual(
      ladder.map(({ config }) => [
        config['batch_size'],
        config['gradient_accumulation'] ?? 1,
        config['gradient_checkpointing'] ?? false,
      ]),
      [
        [4, 1, false],
        [2, 2, false],
        [1, 4, false],
        [1, 4, true],
      ],
    );
    assert.equal(ladder[1]?.change, 'batch_size 4 → 2, gradient_accumulation 1 → 2');
    assert.ok(ladder.every(({ config }) => config['learning_rate'] === 1e-4));
  });

  const sizes = (batch: number, gpus: number) =>
    ladderOf({ batch_size: batch }, script, gpus).map(({ config }) => config['batch_size']);

  it('comes down to one row and to gradient checkpointing also from a large batch, by more at once', () => {
    assert.deepEqual(sizes(32, 1), [32, 8, 4, 2, 1, 1]);
    assert.deepEqual(sizes(64, 1), [64, 16, 4, 2, 1, 1]);
    assert.deepEqual(sizes(4096, 1), [4096, 512, 64, 8, 1, 1]);
    assert.equal(ladderOf({ batch_size: 128 }, script, 1).at(-1)?.change, 'gradient_checkpointing on');
  });

  it('has fewer rows on each of several GPUs with every step', () => {
    assert.deepEqual(sizes(64, 8), [64, 4, 2, 1, 1]);
    assert.deepEqual(ladderOf({ batch_size: 64 }, script, 8)[1], {
      change: 'batch_size 64 → 4, gradient_accumulation 1 → 16',
      config: { batch_size: 4, gradient_accumulation: 16 },
    });
    assert.deepEqual(sizes(8, 8), [8, 8], 'One row on each is as few as there can be.');
  });

  it('always trains on the same number of rows a step, and is bounded', () => {
    for (let batch = 1; batch <= 4096; batch = batch * 2 + (batch % 3)) {
      const ladder = ladderOf({ batch_size: batch, gradient_accumulation: 3, max_length: 512 }, script, 1);
      assert.ok(ladder.length <= 6);
      assert.equal(ladder.at(-1)?.config['batch_size'], 1);
      for (const { config } of ladder) {
        assert.equal(Number(config['batch_size']) * Number(config['gradient_accumulation']), batch * 3);
        assert.equal(config['max_length'], 512);
      }
    }
  });

  it('changes nothing that the script does not read or the configuration does not tell', () => {
    assert.equal(ladderOf({ batch_size: 8 }, 'config["batch_size"]', 1).length, 1);
    assert.equal(ladderOf({ batch_size: 'many' }, 'config["gradient_accumulation"]', 1).length, 1);
    assert.deepEqual(
      ladderOf({ batch_size: 4 }, script.split(", config.get('")[0] ?? '', 1).map(({ config }) => config['batch_size']),
      [4, 2, 1],
    );
  });
});
