import assert from 'node:assert/strict';
import type { ToolResult } from '../../../src/core/agent/toolbox';
import { contentHash } from '../../../src/core/hash';
import { FakeBox } from '../../support/core/fake-box';
import { count, runFolder } from '../../support/core/journal';
import { factsOf, openWorkplace, perform, secretWords, type Settings, type Workplace } from '../../support/core/kit';
import { Random } from '../../support/core/random';

const mapping = { prompt: 'Question: {question}\nAnswer:', completion: ' {answer}' };
let work: Workplace;

async function open(settings: Settings = {}): Promise<void> {
  work = await openWorkplace({ ...settings, config: { autonomy: 'autopilot', ...settings.config } });
}

async function accepted(pending: Promise<ToolResult>): Promise<Record<string, unknown>> {
  const result = await pending;
  assert.ok(result.ok, result.content);
  return factsOf(result);
}

async function refused(pending: Promise<ToolResult>, message: RegExp): Promise<void> {
  const result = await pending;
  assert.equal(result.ok, false, result.content);
  assert.match(result.content, message);
}

async function draft(config: Record<string, unknown> = {}): Promise<string> {
  await accepted(work.call('inspect_dataset', { id: 'lab/qa' }));
  await accepted(work.call('check_overlap', { id: 'lab/qa' }));
  await accepted(work.call('propose_dataset', { id: 'lab/qa', why: 'fits', mapping }));
  const args = { parent: null, hypothesis: 'h', sources: [{ id: 'lab/qa' }], config: { max_steps: 5, ...config } };
  return String((await accepted(work.call('write_script', { slug: 'x', ...args })))['experiment']);
}

async function scoredDraft(config: Record<string, unknown> = {}): Promise<string> {
  const experiment = await draft(config);
  await accepted(work.call('evaluate', { experiment: 'baseline' }));
  return experiment;
}

const gpu = (index: number) => ({
  ...{ index, name: 'H100', memoryMiB: 81_559, usedMiB: 4, utilisation: 0, driver: '550', users: [] },
});

const capsOf = () =>
  work.box.started
    .map((id) => work.box.request(id))
    .filter(({ kind }) => kind === 'train')
    .map(({ content }) => content.capSeconds);

describe('the tools for jobs', () => {
  beforeEach(() => open());

  it('start nothing before the base model has a score, nor for an unknown experiment', async () => {
    const experiment = await draft();
    await refused(work.call('launch_job', { experiment, capMinutes: 5 }), /base model has no score/);
    await accepted(work.call('evaluate', { experiment: 'baseline' }));
    await refused(work.call('launch_job', { experiment: '09-x', capMinutes: 5 }), /no approved experiment 09-x/);
    assert.equal(capsOf().length, 0);
  });

  it('start exactly what was approved, and not a script that was changed on the disk since', async () => {
    const experiment = await scoredDraft();
    const path = `${runFolder}/experiments/${experiment}/train.py`;
    const approved = work.store.text(path);
    await work.store.write(path, `${approved}\nsteal()`);
    await refused(work.call('launch_job', { experiment, capMinutes: 5 }), /not-approved/);
    await work.store.write(path, approved);
    const { job } = await accepted(work.call('launch_job', { experiment, capMinutes: 5 }));
    const request = work.box.request(String(job));
    assert.equal(request.files['train.py'], approved);
    assert.equal(contentHash(request.content), request.approvedHash);
    const { proposal, decision } = work.journal.view.proposals.at(-1) ?? {};
    assert.deepEqual([proposal?.hash, decision?.hash], [request.approvedHash, request.approvedHash]);
  });

  it('never give a job more time than is left', async () => {
    await open({ config: { budget: { wallHours: 0.5, gpuHours: 0.25, modelTokens: 1e6, experiments: 3 } } });
    const experiment = await scoredDraft();
    await Promise.all([1, 2, 3].map(() => work.call('launch_job', { experiment, capMinutes: 10 })));
    assert.deepEqual(capsOf(), [600, 300], 'The third finds nothing left.');
    work.clock.time += 29 * 60_000;
    await open({ config: { budget: { wallHours: 0.5, modelTokens: 1e6, experiments: 3 } }, clock: work.clock });
    const again = await scoredDraft();
    work.clock.time += 29 * 60_000;
    await accepted(work.call('launch_job', { experiment: again, capMinutes: 10 }));
    assert.deepEqual(capsOf(), [60]);
    work.clock.time += 55_000;
    await refused(work.call('launch_job', { experiment: again, capMinutes: 10 }), /budget-spent/);
  });

  it('use all GPUs of the box, show how, and count each of them against the budget', async () => {
    const budget = { wallHours: 9, gpuHours: 1, modelTokens: 1e6, experiments: 3 };
    const box = new FakeBox(perform);
    box.card = { gpus: [0, 1].map((index) => gpu(index)) };
    await open({ box, config: { budget } });
    const experiment = await scoredDraft({ batch_size: 4 });
    const launches = [1, 2].map(() => accepted(work.call('launch_job', { experiment, capMinutes: 20 })));
    const [{ job } = {}] = await Promise.all(launches);
    const { content } = work.box.request(String(job));
    assert.deepEqual([content.gpus, content.capSeconds, content.gpuCapSeconds], [2, 1200, 2400]);
    assert.deepEqual(content.rules, { nan: 1, stallSeconds: 600, idleGpuSeconds: 900 });
    assert.deepEqual(content.steps.at(-1)?.slice(0, 4), [
      '{python}',
      '-m',
      'accelerate.commands.launch',
      '--multi_gpu',
    ]);
    const subject = work.journal.view.proposals.at(-1)?.proposal.subject;
    assert.match(JSON.stringify(subject), /a copy on each of 2 GPUs \(DDP\)/);
    assert.deepEqual(capsOf(), [1200, 600], 'Two GPUs spend what is left twice as fast.');
    await refused(work.call('launch_job', { experiment, capMinutes: 20, gpus: 3 }), /the box has 2 GPUs/);
  });

  it('are ended by the box itself when they diverge, where a divergence is to end a training', async () => {
    await open({ config: { stopOn: ['divergence', 'plateau'] } });
    const experiment = await scoredDraft();
    const { job } = await accepted(work.call('launch_job', { experiment, capMinutes: 20 }));
    assert.equal(work.box.request(String(job)).content.rules?.divergence, 4);
    assert.match(JSON.stringify(work.journal.view.proposals.at(-1)?.proposal.subject), /"divergence":4/);
  });

  it('take the GPU of a box for an evaluation, and none where there is none', async () => {
    await scoredDraft();
    assert.equal(work.box.request(work.box.started.at(-1) ?? '').content.gpus, undefined);
    const box = new FakeBox(perform);
    box.card = { gpus: [gpu(0)] };
    await open({ box });
    await scoredDraft();
    assert.equal(work.box.request(work.box.started.at(-1) ?? '').content.gpus, 1);
  });

  it('ask for the Hub token for the step that fetches rows, never for the script', async () => {
    const experiment = await scoredDraft();
    await accepted(work.call('launch_job', { experiment, capMinutes: 5 }, 'launch'));
    const { steps, secrets } = work.box.request(work.box.started.at(-1) ?? '').content;
    assert.deepEqual([steps.length, secrets], [2, [['HF_TOKEN'], []]]);
    const subject = work.journal.view.proposals.at(-1)?.proposal.subject;
    assert.deepEqual(subject?.kind === 'launch' && subject.secrets, secrets);
  });

  it('keep the job, its cap and its hash when the call is repeated after a restart', async () => {
    const experiment = await scoredDraft();
    const first = await accepted(work.call('launch_job', { experiment, capMinutes: 30 }, 'launch'));
    const hash = work.journal.view.proposals.at(-1)?.proposal.hash;
    work.clock.time += 50 * 60_000;
    const { store, box, clock } = work;
    work = await openWorkplace({ store, box, clock });
    const again = await accepted(work.call('launch_job', { experiment, capMinutes: 30 }, 'launch'));
    assert.equal(again['job'], first['job']);
    assert.equal(work.journal.view.proposals.at(-1)?.proposal.hash, hash);
    assert.deepEqual(capsOf(), [1800]);
  });

  it('start nothing once the run is stopped, even where the policy would approve', async () => {
    const experiment = await scoredDraft();
    const stopping = new AbortController();
    const launching = work.call('launch_job', { experiment, capMinutes: 5 }, 'late', stopping.signal);
    stopping.abort();
    await assert.rejects(launching);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(capsOf().length, 0);
  });

  it('start nothing that a person rejected, and say why', async () => {
    await open({ config: { autonomy: 'ask-everything' } });
    work.journal.onChange((view) => {
      const open = view.proposals.find(({ decision }) => decision === null)?.proposal;
      const verdict = open?.kind === 'launch' ? 'reject' : 'approve';
      if (open) void work.broker.decide(open.id, { verdict, hash: open.hash, reason: 'not today', surface: 'test' });
    });
    const experiment = await scoredDraft();
    const facts = await accepted(work.call('launch_job', { experiment, capMinutes: 5 }));
    assert.deepEqual([facts['decision'], facts['by'], facts['reason']], ['rejected', 'person', 'not today']);
    assert.equal(capsOf().length, 0);
  });

  it('wait until a job has ended, with its last metrics and its failure', async () => {
    const box = new FakeBox((request) =>
      request.kind === 'train'
        ? {
            ...{ state: 'failed', failure: { class: 'oom-gpu', message: 'CUDA out of memory' }, wallSeconds: 12.4 },
            logs: {
              'metrics.jsonl': '{"time":1,"step":1}\n{"time":2,"step":2,"loss":3}\n{"ti',
              'stderr.log': 'boom\n',
            },
          }
        : perform(request),
    );
    await open({ box });
    const experiment = await scoredDraft();
    const { job } = await accepted(work.call('launch_job', { experiment, capMinutes: 5 }));
    const facts = await accepted(work.call('wait_for_job', { job, minutes: 1e12 }));
    assert.deepEqual([facts['state'], facts['ended'], facts['wallSeconds']], ['failed', true, 12]);
    assert.deepEqual(facts['failure'], { class: 'oom-gpu', message: 'CUDA out of memory' });
    assert.deepEqual(facts['lastMetrics'], { time: 2, step: 2, loss: 3 });
    const log = await work.call('read_log', { job, file: 'stderr.log' });
    assert.match(log.content, /<untrusted source="stderr.log of [^"]+">\nboom/);
    await refused(work.call('evaluate', { experiment }), /no finished training job/);
    await refused(work.call('wait_for_job', { job: 'ghost' }), /no job ghost/);
    await refused(work.call('read_log', { job: 'ghost', file: 'stderr.log' }), /no job ghost/);
  });
});

describe('the promotion split', () => {
  it('reaches the agent through no tool, whatever it calls', async () => {
    for (let seed = 1; seed <= 8; seed++) {
      await open({ config: { budget: { wallHours: 9, modelTokens: 1e6, experiments: 50 } } });
      const random = new Random(seed);
      for (const id of ['lab/qa', 'lab/leaky']) {
        await work.call('inspect_dataset', { id });
        await work.call('check_overlap', { id });
        await work.call('propose_dataset', { id, why: 'w', mapping, leaveOutOverlap: true });
      }
      const experiment = await scoredDraft();
      const { job } = await accepted(work.call('launch_job', { experiment, capMinutes: 5 }));
      await accepted(work.call('wait_for_job', { job }));
      await work.evaluations.evaluate('baseline', 'promotion');
      await work.evaluations.evaluate(experiment, 'promotion');
      const jobs = work.journal.view.jobs.map(({ id }) => id) as [string, ...string[]];
      const targets: [string, ...string[]] = ['baseline', experiment, `${experiment}/promotion`, 'promotion'];
      for (let step = 0; step < 40; step++) {
        const [a, b] = [random.pick(targets), random.pick(targets)];
        await random.pick([
          () => work.call('evaluate', { experiment: a }),
          () => work.call('compare', { a, b }),
          () =>
            work.call('read_log', {
              job: random.pick(jobs),
              file: random.pick(['stdout.log', 'stderr.log']),
              bytes: 7000,
            }),
          () => work.call('wait_for_job', { job: random.pick(jobs) }),
          () => work.call('check_overlap', { id: random.pick(['lab/qa', 'lab/leaky']) }),
          () => work.call('inspect_dataset', { id: 'lab/leaky' }),
          () => work.call('record_experiment', { experiment, outcome: 'promising', note: 'n' }),
          () => work.call('finish', { summary: 's', best: experiment }),
        ])();
      }
      const shown = work.journal.events
        .filter(({ type }) => type === 'tool.returned')
        .map(({ data }) => JSON.stringify(data));
      for (const word of secretWords) assert.ok(!shown.some((text) => text.includes(word)), `${word} in seed ${seed}`);
      assert.ok(
        shown.some((text) => /zorb\d+x/.test(text)),
        'Dev items are shown.',
      );
      assert.ok(count(work.journal, 'experiment.scored') <= 4, 'Each target is scored once a split.');
    }
  });
});
