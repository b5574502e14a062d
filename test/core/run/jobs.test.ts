import assert from 'node:assert/strict';
import { EventEmitter, getEventListeners, once } from 'node:events';
import { MlInternError } from '../../../src/core/errors';
import type { JobFile, JobRequest, JobStatus, JobUpdate } from '../../../src/core/ports/box';
import { Jobs } from '../../../src/core/run/jobs';
import { parseMetrics } from '../../../src/core/run/metrics';
import type { Journal } from '../../../src/core/run/journal';
import type { MetricPoint } from '../../../src/core/run/runs';
import { contentHash } from '../../../src/core/hash';
import { FakeBox } from '../../support/core/fake-box';
import { count, openJournal, runFolder } from '../../support/core/journal';
import { MemoryStore } from '../../support/core/memory-store';
import { Random } from '../../support/core/random';
import { jobStatus } from '../../support/core/samples';

const request = (id: string): JobRequest => {
  const content = { steps: [['true']], env: {}, files: {}, environment: null, capSeconds: 60 };
  return { id, run: runFolder, kind: 'train', content, approvedHash: contentHash(content), files: {} };
};
const place = (id: string) => ({ experiment: null, folder: `jobs/${id}` });
const data = (file: JobFile, offset: number, text: string | Uint8Array): JobUpdate => ({
  type: 'data',
  file,
  offset,
  bytes: typeof text === 'string' ? new TextEncoder().encode(text) : text,
});
const status = (id: string, state: JobStatus['state'], note: string | null = null): JobUpdate => ({
  type: 'status',
  status: jobStatus(id, state, { wallSeconds: 30, note }),
});
const never = new AbortController().signal;

let store: MemoryStore;
let journal: Journal;
let box: FakeBox;
let stopping: AbortController;
let points: MetricPoint[];

function openJobs(): Jobs {
  const onMetrics = (_: string, fresh: MetricPoint[]) => void points.push(...fresh);
  return new Jobs({ box, journal, store, runFolder, onMetrics, signal: stopping.signal });
}

async function* updates(...all: JobUpdate[]): AsyncGenerator<JobUpdate> {
  yield* all;
}

function gate(): { opened: Promise<void>; open: () => void } {
  const events = new EventEmitter();
  return { opened: once(events, 'open').then(() => undefined), open: () => void events.emit('open') };
}

const copied = (id: string, file: JobFile) => store.text(`${runFolder}/jobs/${id}/${file}`);

describe('jobs of a run', () => {
  beforeEach(async () => {
    store = new MemoryStore();
    journal = await openJournal(store);
    box = new FakeBox(() => ({ logs: { 'stdout.log': 'hello\n' } }));
    stopping = new AbortController();
    points = [];
  });

  it('runs a job and records each of its states once', async () => {
    const job = await openJobs().run(request('j'), place('j'));
    assert.deepEqual([job.state, job.wallSeconds], ['finished', 60]);
    assert.equal(copied('j', 'stdout.log'), 'hello\n');
    assert.deepEqual([count(journal, 'job.submitted'), count(journal, 'job.changed')], [1, 2]);
  });

  it('starts and records a job once although it is submitted at once, again, and after a restart', async () => {
    const jobs = openJobs();
    await Promise.all([jobs.submit(request('j'), place('j')), jobs.submit(request('j'), place('j'))]);
    await jobs.wait('j', never);
    journal = await openJournal(store);
    const job = await openJobs().run(request('j'), place('elsewhere'));
    assert.deepEqual([job.state, job.folder], ['finished', 'jobs/j']);
    assert.deepEqual(box.started, ['j']);
    assert.deepEqual([count(journal, 'job.submitted'), count(journal, 'job.changed')], [1, 2]);
  });

  it('hands a job to the box that was recorded before a crash but never got there', async () => {
    const { id, kind, approvedHash } = request('j');
    await journal.record('job.submitted', { id, kind, contentHash: approvedHash, capSeconds: 60, ...place('j') });
    const job = await openJobs().run(request('j'), place('j'));
    assert.equal(job.state, 'finished');
    assert.deepEqual(box.started, ['j']);
  });

  it('copies the files of a job that has ended before its submission is answered', async () => {
    await box.submit(request('j'));
    box.set('j', 'finished');
    box.script('j', () => updates(data('stdout.log', 0, 'all of it'), status('j', 'finished')));
    const job = await openJobs().run(request('j'), place('j'));
    assert.equal(job.state, 'finished');
    assert.equal(copied('j', 'stdout.log'), 'all of it');
  });

  it('records lost and regained contact, and not as a failure of the job', async () => {
    box.script('j', () =>
      updates(
        { type: 'contact', state: 'lost', message: 'The connection broke.' },
        { type: 'contact', state: 'regained', message: 'It is back.' },
        status('j', 'finished'),
      ),
    );
    const job = await openJobs().run(request('j'), place('j'));
    assert.deepEqual([job.state, job.failure, journal.view.contact], ['finished', null, 'connected']);
    assert.equal(count(journal, 'box.contact'), 2);
  });

  it('asks the box when following ended without a last word', async () => {
    box.script('j', () => updates(status('j', 'running')));
    const jobs = openJobs();
    await jobs.submit(request('j'), place('j'));
    box.set('j', 'failed', { failure: { class: 'oom-gpu', message: 'out of memory' } });
    const job = await jobs.wait('j', never);
    assert.deepEqual([job.state, job.failure?.class], ['failed', 'oom-gpu']);
  });

  it('does not copy again what is there already', async () => {
    store.put(`${runFolder}/jobs/j/stdout.log`, 'abc');
    box.script('j', () => updates(data('stdout.log', 0, 'ab'), data('stdout.log', 2, 'cde'), status('j', 'finished')));
    await openJobs().run(request('j'), place('j'));
    assert.equal(copied('j', 'stdout.log'), 'abcde');
  });

  it('keeps the logs of a second try apart from those of the first', async () => {
    const jobs = openJobs();
    const first = await jobs.run(request('j1'), { experiment: null, folder: 'experiments/01-a' });
    const second = await jobs.run(request('j2'), { experiment: null, folder: 'experiments/01-a' });
    assert.equal(first.folder, 'experiments/01-a');
    assert.notEqual(second.folder, first.folder);
    for (const { folder } of [first, second]) assert.equal(store.text(`${runFolder}/${folder}/stdout.log`), 'hello\n');
  });

  for (let seed = 1; seed <= 30; seed++) {
    it(`copies every byte once across crashes, torn writes and repeated chunks (seed ${seed})`, async () => {
      const random = new Random(seed);
      const whole = new Uint8Array(2000).map(() => random.below(256));
      let following = true;
      box.script('j', async function* (from) {
        let offset = Math.max(0, (from['stdout.log'] ?? 0) - random.below(20));
        while (offset < whole.length) {
          if (following && random.below(6) === 0) throw new MlInternError('box-lost-contact', 'gone', { next: 'wait' });
          const end = Math.min(whole.length, offset + 1 + random.below(200));
          yield data('stdout.log', offset, whole.subarray(offset, end));
          offset = end - random.below(3);
          if (end === whole.length) break;
        }
        yield status('j', 'finished');
      });
      for (let attempt = 0; attempt < 12; attempt++) {
        following = attempt < 11;
        if (following && random.below(3) === 0)
          store.failNextAppend(`${runFolder}/jobs/j/stdout.log`, random.below(50));
        journal = await openJournal(store);
        await openJobs()
          .run(request('j'), place('j'))
          .catch(() => undefined);
      }
      assert.equal(Buffer.compare(Buffer.from(await store.readFrom(`${runFolder}/jobs/j/stdout.log`, 0)), whole), 0);
    });
  }

  it('says metric points as they come, also when a line comes in two pieces', async () => {
    const line = (step: number) => `{"time": 1, "step": ${step}, "loss": 0.5}\n`;
    const text = `${line(1)}not a point\n${line(2)}`;
    box.script('j', () =>
      updates(
        data('metrics.jsonl', 0, text.slice(0, 12)),
        data('metrics.jsonl', 12, text.slice(12)),
        status('j', 'finished'),
      ),
    );
    await openJobs().run(request('j'), place('j'));
    assert.deepEqual(
      points.map(({ step }) => step),
      [1, 2],
    );
  });

  it('does not break a letter that comes in two pieces', async () => {
    const bytes = Buffer.from('{"time": 1, "step": 1, "note": "é"}\n');
    const middle = bytes.indexOf('é') + 1;
    box.script('j', () =>
      updates(
        data('metrics.jsonl', 0, bytes.subarray(0, middle)),
        data('metrics.jsonl', middle, bytes.subarray(middle)),
        status('j', 'finished'),
      ),
    );
    await openJobs().run(request('j'), place('j'));
    assert.deepEqual(points, [{ time: 1, step: 1, note: 'é' }]);
  });

  it('says a metric point whose first half was copied before a restart', async () => {
    store.put(`${runFolder}/jobs/j/metrics.jsonl`, '{"time": 1, "step": 1}\n{"time": 2, ');
    box.script('j', (from) =>
      updates(data('metrics.jsonl', from['metrics.jsonl'] ?? 0, '"step": 2}\n'), status('j', 'finished')),
    );
    await openJobs().run(request('j'), place('j'));
    assert.deepEqual(points, [{ time: 2, step: 2 }]);
  });

  it('leaves a hole for what the box threw away, also at the very beginning', async () => {
    box.script('j', () =>
      updates(
        { type: 'gap', file: 'stdout.log', offset: 0, next: 3 },
        data('stdout.log', 3, 'abc'),
        { type: 'gap', file: 'stdout.log', offset: 6, next: 8 },
        data('stdout.log', 8, 'x'),
        status('j', 'finished'),
      ),
    );
    await openJobs().run(request('j'), place('j'));
    assert.equal(copied('j', 'stdout.log'), '\0\0\0abc\0\0x');
  });

  it('copies the telemetry too', async () => {
    box.script('j', () => updates(data('telemetry.jsonl', 0, '{"time": 1}\n'), status('j', 'finished')));
    await openJobs().run(request('j'), place('j'));
    assert.equal(copied('j', 'telemetry.jsonl'), '{"time": 1}\n');
  });

  it('gives up waiting by the signal, lets the job go on, and leaves no listener behind', async () => {
    const released = gate();
    box.script('j', async function* () {
      await released.opened;
      yield status('j', 'finished');
    });
    const jobs = openJobs();
    await jobs.submit(request('j'), place('j'));
    const impatient = new AbortController();
    const waiting = jobs.wait('j', impatient.signal);
    impatient.abort();
    await assert.rejects(waiting, (error) => MlInternError.is(error, 'cancelled'));
    assert.equal(jobs.view('j')?.state, 'running');
    const patient = new AbortController();
    const again = jobs.wait('j', patient.signal);
    released.open();
    assert.equal((await again).state, 'finished');
    assert.equal(getEventListeners(patient.signal, 'abort').length, 0);
  });

  it('says so when there is no such job', async () => {
    await assert.rejects(openJobs().wait('nope', never), (error) => MlInternError.is(error, 'bad-input'));
  });

  it('gives the failure to whoever waits, and follows again when asked again', async () => {
    let broken = true;
    box.script('j', () => {
      if (broken) throw new MlInternError('box-unreachable', 'The box is off.', { next: 'Switch it on.' });
      return updates(status('j', 'finished'));
    });
    const jobs = openJobs();
    await jobs.submit(request('j'), place('j'));
    await assert.rejects(jobs.wait('j', never), (error) => MlInternError.is(error, 'box-unreachable'));
    broken = false;
    assert.equal((await jobs.wait('j', never)).state, 'finished');
  });

  it('follows every unfinished job again that the box still knows', async () => {
    for (const id of ['a', 'b', 'c']) box.script(id, () => updates(status(id, 'running')));
    const before = openJobs();
    for (const id of ['a', 'b', 'c']) await before.submit(request(id), place(id));
    await Promise.all(['a', 'b', 'c'].map((id) => before.wait(id, never)));
    box.forget('c');
    box.script('a', () => updates(data('stdout.log', 0, 'on'), status('a', 'finished')));
    box.script('b', () => updates(status('b', 'stopped')));
    journal = await openJournal(store);
    const jobs = openJobs();
    await jobs.attachAll();
    await Promise.all([jobs.wait('a', never), jobs.wait('b', never)]);
    assert.deepEqual(
      journal.view.jobs.map(({ state }) => state),
      ['finished', 'stopped', 'running'],
    );
    assert.equal(copied('a', 'stdout.log'), 'on');
  });

  it('records a stop once although following sees it too', async () => {
    const stopped = gate();
    box.script('j', async function* () {
      await stopped.opened;
      yield status('j', 'stopped');
    });
    const jobs = openJobs();
    await jobs.submit(request('j'), place('j'));
    const waiting = jobs.wait('j', never);
    stopped.open();
    await Promise.all([jobs.stop('j'), waiting]);
    assert.equal(journal.events.filter(({ type }) => type === 'job.changed').length, 2);
  });

  it('records what a job waits for when that changes, and only then', async () => {
    const waiting = (note: string) => status('j', 'queued', note);
    box.script('j', () =>
      updates(waiting('behind a'), waiting('behind a'), waiting('behind b'), status('j', 'finished')),
    );
    const jobs = openJobs();
    await jobs.submit(request('j'), place('j'));
    await jobs.wait('j', never);
    const notes = journal.events.flatMap((event) =>
      event.type === 'job.changed' ? [(event.data as { note?: string | null }).note] : [],
    );
    assert.deepEqual(notes, [null, 'behind a', 'behind b', null]);
    assert.equal(jobs.view('j')?.note, null);
  });

  it('tries again under a new id only after a failure', async () => {
    const jobs = openJobs();
    assert.equal(jobs.attempt('env'), 'env-t1');
    box.script('env-t1', () => updates(status('env-t1', 'failed')));
    await jobs.submit(request('env-t1'), place('env-t1'));
    assert.equal(jobs.attempt('env'), 'env-t1', 'It is under way.');
    await jobs.wait('env-t1', never);
    assert.equal(jobs.attempt('env'), 'env-t2');
    await jobs.run(request('env-t2'), place('env-t2'));
    assert.equal(jobs.attempt('env'), 'env-t2', 'It is finished.');
    assert.equal(jobs.attempt('en'), 'en-t1');
  });

  it('reads an answer that is JSON, and says so when it is not', async () => {
    box = new FakeBox(() => ({ artifacts: { 'result.json': '{"n": 3}', 'bad.json': '{"n": ' } }));
    const jobs = openJobs();
    await jobs.run(request('j'), place('j'));
    assert.deepEqual(await jobs.result('j'), { n: 3 });
    await assert.rejects(jobs.result('j', 'artifacts/bad.json'), (error) => MlInternError.is(error, 'job-failed'));
  });
});

describe('metric lines', () => {
  it('are points where they can be, and skipped where not', () => {
    const lines = [
      '',
      'nan',
      'null',
      '3',
      '{}',
      '{"step":1}',
      '{"step":"1","time":1}',
      '[1]',
      '{"step":1,"time":2,"loss":0.5}',
    ];
    assert.deepEqual(parseMetrics(lines), [{ step: 1, time: 2, loss: 0.5 }]);
  });
});
