import assert from 'node:assert/strict';
import { ladderOf, nextRung } from '../../../src/core/experiments/oom-ladder';

const script = `config["batch_size"], config.get("gradient_accumulation", 1), config.get('gradient_checkpointing')`;

describe('the ladder for a training that runs out of memory', () => {
  it('halves the rows at once and doubles the steps that are added up, then saves activations, then ends', () => {
    const ladder = ladderOf({ batch_size: 4, learning_rate: 1e-4 }, script);
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

  it('always trains on the same number of rows a step, and is bounded', () => {
    for (let batch = 1; batch <= 4096; batch = batch * 2 + (batch % 3)) {
      const ladder = ladderOf({ batch_size: batch, gradient_accumulation: 3, max_length: 512 }, script);
      assert.ok(ladder.length <= 6);
      for (const { config } of ladder) {
        assert.equal(Number(config['batch_size']) * Number(config['gradient_accumulation']), batch * 3);
        assert.equal(config['max_length'], 512);
      }
    }
  });

  it('changes nothing that the script does not read, nor after other failures', () => {
    assert.equal(nextRung({ batch_size: 8 }, 'oom-gpu', 'config["batch_size"]'), null);
    assert.equal(nextRung({ batch_size: 1 }, 'oom-gpu', `${script.split(", config.get('")[0]}`), null);
    assert.equal(nextRung({ batch_size: 8 }, 'nan', script), null);
    assert.deepEqual(nextRung({ batch_size: 9 }, 'oom-host', script)?.config, {
      batch_size: 3,
      gradient_accumulation: 3,
    });
    assert.equal(nextRung({ batch_size: 'many' }, 'oom-gpu', 'x'), null);
  });
});
