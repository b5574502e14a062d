/** What the run panel is told of the machine: of which job, and from where it is read on. */
import assert from 'node:assert/strict';
import type { TelemetrySample } from '../../src/core/run/telemetry';
import { reduce } from '../../src/core/run/reducer';
import { Telemetry, shownJob, type TelemetryMessage } from '../../src/vscode/run-panel/telemetry';
import { untilScript, untilTraining, wholeStory } from '../support/story';

const sample = (time: number): TelemetrySample => ({
  ...{ time, gpus: [], cpuPercent: 10, memoryMiB: 1, diskFreeMiB: 1, job: { cpuPercent: 1, memoryMiB: 1 } },
});

function told(): { telemetry: Telemetry; messages: TelemetryMessage[]; samples: TelemetrySample[] } {
  const samples = [sample(1), sample(2)];
  const messages: TelemetryMessage[] = [];
  const telemetry = new Telemetry(
    (_job, from) => Promise.resolve({ samples: samples.slice(from ?? 0), next: samples.length }),
    (message) => messages.push(message),
  );
  return { telemetry, messages, samples };
}

const times = (messages: readonly TelemetryMessage[]): number[] =>
  messages.flatMap(({ readings }) => readings.map(({ time }) => time));

describe('telemetry in the run panel', () => {
  it('is of the job that runs, else of the latest training', () => {
    assert.equal(shownJob(reduce(untilTraining().events).jobs)?.id, 'train-3');
    assert.equal(shownJob(reduce(wholeStory().events).jobs)?.id, 'train-3');
    assert.equal(shownJob([]), undefined);
  });

  it('is told once, and then what is new, also when it is asked for twice at a time', async () => {
    const { telemetry, messages, samples } = told();
    const view = reduce(untilTraining().events);
    await Promise.all([telemetry.update(view), telemetry.update(view)]);
    samples.push(sample(3));
    await telemetry.update(view);
    assert.deepEqual(times(messages), [1, 2, 3]);
    assert.deepEqual(
      messages.map(({ whole }) => whole),
      [true, false, false],
    );
  });

  it('is told from the beginning to a page that was loaded anew', async () => {
    const { telemetry, messages } = told();
    const view = reduce(untilTraining().events);
    await telemetry.update(view);
    telemetry.forget();
    await telemetry.update(view);
    assert.deepEqual(times(messages), [1, 2, 1, 2]);
  });

  it('says nothing before the first job', async () => {
    const { telemetry, messages } = told();
    await telemetry.update(reduce(untilScript().events));
    assert.deepEqual(messages, []);
  });
});
