import assert from 'node:assert/strict';
import { doesNotFit, forecastInWords, judge, type Measured } from '../../../src/core/experiments/forecast';

const measured = (changes: Partial<Measured> = {}): Measured => ({
  ...{ steps: 1000, secondsPerStep: { value: 1, low: 0.9, high: 1.1 }, tokensPerSecond: 5000, rowsPerStep: 16 },
  parts: { load: 30, prepare: 20, train: 1000, evaluate: 40, save: 10, finish: 10 },
  ...{ seconds: { value: 1110, low: 1000, high: 1220 }, gpuHours: 0.31, peakMemoryMiB: 60_000 },
  ...{ restingMemoryMiB: 12_000, memoryOf: 'gpu', measuredSteps: 40, trialSeconds: 80 },
  ...changes,
});
const config = { batch_size: 8, gradient_accumulation: 2 };

describe('a forecast', () => {
  it('fits within its deadline and its memory, and says so in words', () => {
    const forecast = judge(measured(), { config, gpus: 1, deadlineSeconds: 1200, memoryMiB: 80_000 });
    assert.deepEqual([forecast.fits, forecast.seconds, forecast.largestThatFits], [true, 1110, undefined]);
    assert.equal(
      forecastInWords(forecast),
      '1000 steps in 19 min (17 min to 20 min), 1.00 s a step, 5000 tokens/s, 0.31 GPU-hours, 60000 MiB of GPU memory',
    );
  });

  it('that is late names the most steps that fit, with the evaluations and checkpoints that belong to them', () => {
    const { fits, largestThatFits } = judge(measured(), { config, gpus: 1, deadlineSeconds: 600 });
    assert.equal(fits, false);
    const maxSteps = largestThatFits?.maxSteps ?? 0;
    assert.ok(60 + maxSteps * 1.05 <= 600 * 0.95 && 60 + (maxSteps + 1) * 1.05 > 600 * 0.95, String(maxSteps));
    assert.deepEqual([largestThatFits?.rows, largestThatFits?.batchSize], [maxSteps * 16, undefined]);
  });

  it('that is too large names a batch that fits, the rows of a step staying the same', () => {
    const { largestThatFits } = judge(measured(), { config, gpus: 1, memoryMiB: 40_000 });
    // 12000 at rest and 6000 a row: 38000 hold four rows.
    assert.deepEqual([largestThatFits?.batchSize, largestThatFits?.gradientAccumulation], [4, 4]);
    const words = judge(measured(), { config, gpus: 1, memoryMiB: 11_000 }).largestThatFits?.words;
    assert.match(words ?? '', /smaller model/);
    assert.match(judge(measured(), { config: {}, gpus: 1, memoryMiB: 40_000 }).largestThatFits?.words ?? '', /LoRA/);
  });

  it('that is too large for several GPUs names a batch that is smaller on each of them', () => {
    const { largestThatFits } = judge(measured(), { config: { batch_size: 64 }, gpus: 8, memoryMiB: 40_000 });
    // Each trains on 8 of the 64 rows at once and can hold 4.
    assert.deepEqual([largestThatFits?.batchSize, largestThatFits?.gradientAccumulation], [4, 16]);
  });

  it('without a deadline, or of a memory that is not known, refuses nothing', () => {
    assert.ok(judge(measured(), { config, gpus: 1 }).fits);
    assert.ok(judge(measured(), { config, gpus: 1, memoryMiB: 0 }).fits);
  });

  it('refuses with what it measured and what to do', () => {
    const forecast = judge(measured(), { config, gpus: 1, deadlineSeconds: 600, memoryMiB: 40_000 });
    const { message, next } = doesNotFit(forecast, '03-x');
    assert.match(message, /03-x was not launched.*19 min \(17 min to 20 min\) and has 10 min, and needs 60000 MiB/);
    assert.match(
      next,
      /max_steps \d+ of 1000 \(\d+ rows\), and batch_size 4 with gradient_accumulation 4.*capMinutes 22/,
    );
    const hopeless = judge(measured(), { config, gpus: 1, deadlineSeconds: 30 });
    assert.match(doesNotFit(hopeless, '03-x').next, /loading and saving alone/);
  });
});
