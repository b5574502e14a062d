/** Serving a model within a run: what its log remembers, and what it costs. */
import assert from 'node:assert/strict';
import type { OpenedBox } from '../../../src/core/box/opened-box';
import { MlInternError } from '../../../src/core/errors';
import type { GpuInfo, JobRequest } from '../../../src/core/ports/box';
import { modelServers } from '../../../src/core/serving/model-server';
import { runDesk } from '../../../src/core/serving/run-desk';
import { FakeBox, type Outcome } from '../../support/core/fake-box';
import { openWorkplace, perform, type Workplace } from '../../support/core/kit';
import { boxCard } from '../../support/core/samples';

const gpu: GpuInfo = {
  ...{ index: 0, name: 'G', memoryMiB: 24_576, usedMiB: 0, utilisation: 0, driver: '1', users: [] },
};
const { signal } = new AbortController();
let work: Workplace;

/** Jobs in memory are over at once, so a server that fails is what can be seen of one. */
const failing = (request: JobRequest): Outcome =>
  request.kind === 'serve'
    ? {
        ...{ state: 'failed', gpuSeconds: 90, wallSeconds: 90 },
        failure: { class: 'oom-gpu', message: 'The job ran out of GPU memory (exit code 1): x.' },
        logs: { 'stderr.log': 'Loading.\nOutOfMemoryError\n' },
      }
    : perform(request);

async function open(gpus: GpuInfo[], hours = 2, act = failing) {
  const box = new FakeBox(act);
  work = await openWorkplace({
    box,
    config: { budget: { wallHours: 10, gpuHours: hours, modelTokens: 1, experiments: 1 } },
  });
  const opened: OpenedBox = Object.assign(Object.create(box) as FakeBox, {
    check: () => Promise.resolve({ ...boxCard, gpus }),
    tunnel: () => Promise.resolve({ port: 1, close: () => Promise.resolve() }),
  });
  const desk = runDesk(work.kit.bench, work.preparation, work.clock);
  const parts = { box: opened, desk, model: 'lab/writer', newKey: () => 'secret-key', say: () => undefined };
  return { start: modelServers(parts), box };
}

describe('a model that is served in a run', () => {
  it('is a job of the run: its GPU hours count, its cap is what is left of them, its key is in no event', async () => {
    const { start, box } = await open([gpu]);
    await assert.rejects(start(signal), /ran out of GPU memory[\s\S]*OutOfMemoryError/);
    const job = work.journal.view.jobs.find(({ kind }) => kind === 'serve') ?? assert.fail();
    const { content, secrets } = box.request(job.id);
    assert.deepEqual([content.gpus, content.capSeconds, content.gpuCapSeconds], [1, 7200, 7200]);
    assert.deepEqual([secrets, content.rules], [{ VLLM_API_KEY: 'secret-key' }, { idleGpuSeconds: 900 }]);
    assert.equal(work.journal.view.spend.gpuSeconds, 90);
    assert.ok(!JSON.stringify(work.journal.events).includes('secret-key'));
  });

  it('starts under an id of its own each time: nobody knows the key of an earlier one', async () => {
    const { start } = await open([gpu]);
    await assert.rejects(start(signal));
    await assert.rejects(start(signal));
    const ids = work.journal.view.jobs.filter(({ kind }) => kind === 'serve').map(({ id }) => id);
    assert.deepEqual(
      ids.map((id) => id.split('-teacher-')[1]),
      ['serve-1', 'serve-2'],
    );
  });

  const refused = (told: RegExp) => (error: unknown) => MlInternError.is(error) && told.test(error.message);

  it('is refused on a box without a GPU, before anything is built', async () => {
    const { start, box } = await open([]);
    await assert.rejects(start(signal), refused(/has no GPU to serve lab\/writer on/));
    assert.deepEqual(box.started, []);
  });

  it('is refused when the GPUs are too small for it', async () => {
    const huge = JSON.stringify({ path: '/models/huge', parameters: 70e9 });
    const large = (request: JobRequest): Outcome =>
      request.kind === 'model' ? { artifacts: { 'result.json': huge } } : failing(request);
    const { start } = await open([gpu, gpu], 2, large);
    await assert.rejects(start(signal), refused(/needs about 196 GiB of GPU memory/));
  });

  it('is refused when the budget has no GPU hours left for it', async () => {
    const { start } = await open([gpu], 0.01);
    await assert.rejects(start(signal), refused(/too few GPU hours left/));
  });
});
