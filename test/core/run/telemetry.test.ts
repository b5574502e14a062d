import assert from 'node:assert/strict';
import { telemetryBytes, telemetryPart } from '../../../src/core/run/telemetry';

const gpu = { index: 0, utilisation: 97, memoryMiB: 40_000, watts: 610.5, celsius: 66 };
const sample = { time: 12.5, gpus: [gpu], cpuPercent: null, memoryMiB: 9000, diskFreeMiB: 50_000 };
const line = `${JSON.stringify({ ...sample, job: { cpuPercent: 210, memoryMiB: 4000 } })}\n`;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('telemetry of a job', () => {
  it('is read line by line; a line that is not whole yet waits for the rest', () => {
    const { samples, next } = telemetryPart(bytes(`${line}${line}{"time": 3`), 100);
    assert.equal(samples.length, 2);
    assert.deepEqual(samples[0]?.gpus, [gpu]);
    assert.equal(samples[0]?.cpuPercent, null);
    assert.equal(next, 100 + 2 * line.length);
  });

  it('skips what is no sample: a job can write to the file as well', () => {
    const strange = ['{"time": "now"}', 'null', '[1]', '{"time":1e999}', '\u0000\u0000', ''].join('\n');
    assert.equal(telemetryPart(bytes(`${strange}\n${line}`), 0).samples.length, 1);
  });

  it('goes past a hole that the box left, however large', () => {
    assert.deepEqual(telemetryPart(new Uint8Array(telemetryBytes), 5), { samples: [], next: 5 + telemetryBytes });
    assert.deepEqual(telemetryPart(new Uint8Array(10), 5), { samples: [], next: 5 });
  });
});
