import assert from 'node:assert/strict';
import type { ToolResult } from '../../../src/core/agent/toolbox';
import { launchJobId } from '../../../src/core/experiments/launches';
import { contentHash } from '../../../src/core/hash';
import type { JobRequest } from '../../../src/core/ports/box';
import { askOfTree, stopPruned } from '../../../src/core/run/tree-asks';
import type { Autonomy, Decision, Proposal } from '../../../src/core/run/types';
import { FakeBox, type Outcome } from '../../support/core/fake-box';
import { factsOf, openWorkplace, perform, type Workplace } from '../../support/core/kit';

const mapping = { prompt: 'Question: {question}\nAnswer:', completion: ' {answer}' };
const script =
  'ReportCallback(config["batch_size"], config.get("gradient_accumulation"), config["gradient_checkpointing"])\n';
const oom: Outcome = { state: 'failed', failure: { class: 'oom-gpu', message: 'CUDA out of memory' }, wallSeconds: 20 };
const isTrial = ({ content }: JobRequest) => content.steps.at(-1)?.includes('ml_intern_box.trial') ?? false;
const batchOf = ({ files }: JobRequest) =>
  (JSON.parse(String(files['config.json'])) as Record<string, unknown>)['batch_size'];

const measured = (seconds: number) => ({
  ...{ steps: 2000, secondsPerStep: { value: 0.5, low: 0.4, high: 0.6 }, tokensPerSecond: 900, rowsPerStep: 8 },
  parts: { load: 10, prepare: 5, train: seconds - 20, evaluate: 0, save: 0, finish: 5 },
  ...{ seconds: { value: seconds, low: seconds * 0.9, high: seconds * 1.1 }, gpuHours: 0, peakMemoryMiB: 900 },
  ...{ restingMemoryMiB: 300, memoryOf: 'host', measuredSteps: 60, trialSeconds: 70 },
});
const tried = (seconds: number): Outcome => ({ artifacts: { 'forecast.json': JSON.stringify(measured(seconds)) } });

let work: Workplace;

/** An approved experiment of 2000 steps, and what the box does with its trial and its training. */
async function open(
  does: (request: JobRequest) => Outcome | undefined,
  autonomy: Autonomy = 'autopilot',
  person?: (proposal: Proposal) => Decision['verdict'],
  steps = 2000,
): Promise<string> {
  const box = new FakeBox((request) => (request.kind === 'train' ? does(request) : undefined) ?? perform(request));
  work = await openWorkplace({ box, config: { autonomy }, ...(person ? { onAsked: answering(person) } : {}) });
  work.kit.startingScripts['sft'] = script;
  await accepted(work.call('inspect_dataset', { id: 'lab/qa' }));
  await accepted(work.call('check_overlap', { id: 'lab/qa' }));
  await accepted(work.call('propose_dataset', { id: 'lab/qa', why: 'fits', mapping }));
  const config = { max_steps: steps, batch_size: 4, gradient_accumulation: 2 };
  const args = { slug: 'x', parent: null, hypothesis: 'h', sources: [{ id: 'lab/qa' }], config, script };
  const { experiment } = await accepted(work.call('write_script', args));
  await accepted(work.call('evaluate', { experiment: 'baseline' }));
  return String(experiment);
}

async function accepted(pending: Promise<ToolResult>): Promise<Record<string, unknown>> {
  const result = await pending;
  assert.ok(result.ok, result.content);
  return factsOf(result);
}

/** What a person does as soon as they are asked. */
const answering = (person: (proposal: Proposal) => Decision['verdict']) => () => {
  const open = work.journal.view.proposals.find(({ decision }) => decision === null)?.proposal;
  if (!open) return;
  void work.broker.decide(open.id, { verdict: person(open), hash: open.hash, reason: 'said so', surface: 'test' });
};

const launches = () =>
  work.journal.view.proposals.flatMap(({ proposal: { hash, title, subject }, decision }) =>
    subject.kind === 'launch' ? [{ hash, title, subject, decision }] : [],
  );
const trainings = () =>
  work.box.started.map((id) => work.box.request(id)).filter((request) => request.kind === 'train' && !isTrial(request));
const trials = () => work.box.started.map((id) => work.box.request(id)).filter(isTrial);
const experimentView = () => work.journal.view.experiments[0];

describe('a launch that is long', () => {
  it('is tried first; the forecast is told, shown for approval and kept', async () => {
    const experiment = await open((request) => (isTrial(request) ? tried(1000) : undefined));
    const facts = await accepted(work.call('launch_job', { experiment, capMinutes: 30 }));
    assert.match(String(facts['forecast']), /2000 steps in 17 min/);
    assert.deepEqual(trials()[0]?.content.steps.at(-1), [
      ...['{python}', '-m', 'ml_intern_box.trial', '--gpus', '0', '--', '{python}', 'train.py'],
    ]);
    assert.equal(experimentView()?.forecast?.seconds, 1000);
    const { subject } = work.journal.view.proposals.at(-1)?.proposal ?? {};
    assert.equal(subject?.kind === 'launch' && subject.forecast?.fits, true);
    assert.deepEqual(experimentView()?.jobs, [facts['job']], 'A trial trained nothing that could be evaluated.');
  });

  it('is refused when it would not end in time, with the most steps that would; a later one with more time is not tried again', async () => {
    const experiment = await open((request) => (isTrial(request) ? tried(1000) : undefined));
    const refusal = await work.call('launch_job', { experiment, capMinutes: 12 });
    assert.match(refusal.content, /would take 17 min .* and has 12 min/);
    assert.match(refusal.content, /max_steps 13\d\d of 2000/);
    assert.equal(trainings().length, 0);
    assert.equal(
      launches().some(({ subject }) => !subject.trial),
      false,
    );
    await accepted(work.call('launch_job', { experiment, capMinutes: 25 }));
    assert.deepEqual([trials().length, trainings().length], [1, 1]);
  });

  it('is tried although its steps are few: they may be long', async () => {
    const does = (request: JobRequest) => (isTrial(request) ? tried(7200) : undefined);
    const experiment = await open(does, 'autopilot', undefined, 20);
    const refusal = await work.call('launch_job', { experiment, capMinutes: 60 });
    assert.match(refusal.content, /would take 2.0 h .* and has 60 min/);
    assert.equal(trainings().length, 0);
  });

  it('is not started when its trial crashes, and starts without a forecast when that measured nothing', async () => {
    const crash: Outcome = { state: 'failed', failure: { class: 'exit', message: 'KeyError: no such column' } };
    let experiment = await open((request) => (isTrial(request) ? crash : undefined));
    assert.match((await work.call('launch_job', { experiment, capMinutes: 30 })).content, /KeyError: no such column/);
    assert.equal(trainings().length, 0);
    const late: Outcome = { state: 'failed', failure: { class: 'timeout', message: 'over its cap' } };
    experiment = await open((request) => (isTrial(request) ? late : undefined));
    const facts = await accepted(work.call('launch_job', { experiment, capMinutes: 30 }));
    assert.match(String(facts['trial']), /is not known/);
    assert.equal(trainings().length, 1);
  });

  it('goes down the ladder in its trial, and starts with the first configuration that fits', async () => {
    const experiment = await open((request) =>
      isTrial(request) ? (batchOf(request) === 1 ? tried(900) : oom) : undefined,
    );
    await accepted(work.call('launch_job', { experiment, capMinutes: 30 }));
    assert.deepEqual(trials().map(batchOf), [4, 2, 1]);
    assert.deepEqual(trainings().map(batchOf), [1]);
    assert.deepEqual(
      experimentView()?.oomSteps?.map(({ config }) => [config['batch_size'], config['gradient_accumulation']]),
      [
        [2, 4],
        [1, 8],
      ],
    );
  });

  it('is refused when not even the last configuration fits', async () => {
    const experiment = await open((request) => (isTrial(request) ? oom : undefined));
    const { content } = await work.call('launch_job', { experiment, capMinutes: 30 });
    assert.match(content, /does not fit the memory, whatever its batch size.*a person decides/);
    assert.equal(trainings().length, 0);
  });
});

describe('the trial of a launch', () => {
  const isTried = (request: JobRequest) => (isTrial(request) ? tried(1000) : undefined);

  it('is asked for before anything runs, and the launch after it, with its forecast', async () => {
    const ranWhenAsked: number[] = [];
    const experiment = await open(isTried, 'ask-everything', ({ kind }) => {
      if (kind === 'launch') ranWhenAsked.push(trials().length);
      return 'approve';
    });
    const { job } = await accepted(work.call('launch_job', { experiment, capMinutes: 30 }));
    assert.deepEqual(ranWhenAsked, [0, 1]);
    const [trial, launch] = launches();
    assert.deepEqual([trial?.decision?.by, launch?.decision?.by], ['person', 'person']);
    assert.deepEqual([trial?.subject.trial, trial?.subject.capSeconds], [true, 1200]);
    assert.deepEqual(trial?.subject.steps, trials()[0]?.content.steps);
    assert.equal(launch?.subject.forecast?.seconds, 1000);
    assert.notEqual(trial?.hash, launch?.hash);
    assert.equal(work.box.request(String(job)).content.capSeconds, 1800, 'The trial takes nothing from the launch.');
  });

  it('does not run when it is rejected, and the agent is told why', async () => {
    const experiment = await open(isTried, 'ask-everything', ({ kind }) => (kind === 'launch' ? 'reject' : 'approve'));
    const facts = await accepted(work.call('launch_job', { experiment, capMinutes: 30 }));
    assert.deepEqual([facts['decision'], facts['by'], facts['reason']], ['rejected', 'person', 'said so']);
    assert.deepEqual([trials().length, trainings().length, launches().length], [0, 0, 1]);
  });

  it('is asked for once: after a restart, and for a later launch of the same experiment', async () => {
    let asked = 0;
    const person = ({ kind, subject }: Proposal) => {
      if (subject.kind === 'launch' && subject.trial) asked += 1;
      return kind === 'launch' && !(subject.kind === 'launch' && subject.trial) ? 'reject' : 'approve';
    };
    const experiment = await open(isTried, 'ask-everything', person);
    await accepted(work.call('launch_job', { experiment, capMinutes: 30 }, 'first'));
    const { store, box, clock } = work;
    work = await openWorkplace({ store, box, clock, onAsked: answering(person) });
    await accepted(work.call('launch_job', { experiment, capMinutes: 30 }, 'first'));
    await accepted(work.call('launch_job', { experiment, capMinutes: 40 }, 'second'));
    assert.deepEqual([asked, trials().length], [1, 1]);
    assert.deepEqual(
      launches().map(({ decision }) => decision?.rule ?? decision?.by),
      ['person', 'person', 'approved-before', 'person'],
    );
  });

  it('covers each configuration that it may go on with when memory runs out', async () => {
    const person = () => 'approve' as const;
    const experiment = await open(
      (request) => (isTrial(request) ? (batchOf(request) === 1 ? tried(900) : oom) : undefined),
      'ask-everything',
      person,
    );
    await accepted(work.call('launch_job', { experiment, capMinutes: 30 }));
    const [trial] = launches();
    assert.deepEqual(
      trials().map(({ files }) => JSON.parse(String(files['config.json'])) as unknown),
      trial?.subject.ladder?.slice(0, 3).map(({ config }) => config),
    );
  });

  it('goes ahead by itself where the policy launches', async () => {
    const experiment = await open(isTried, 'ask-data-and-scripts', ({ kind }) => {
      assert.notEqual(kind, 'launch');
      return 'approve';
    });
    await accepted(work.call('launch_job', { experiment, capMinutes: 30 }));
    assert.deepEqual(
      launches().map(({ decision }) => decision?.rule),
      ['approved-script', 'approved-script'],
    );
  });
});

describe('a training that runs out of memory', () => {
  it('goes on with the next approved configuration, in the time that is left, and says so', async () => {
    const experiment = await open((request) => (isTrial(request) || batchOf(request) === 1 ? undefined : oom));
    const { job, ifMemoryRunsOut } = await accepted(work.call('launch_job', { experiment, capMinutes: 5 }));
    assert.equal((ifMemoryRunsOut as string[])[0], 'batch_size 4 → 2, gradient_accumulation 2 → 4');
    const facts = await accepted(work.call('wait_for_job', { job }));
    assert.deepEqual([facts['state'], facts['job']], ['finished', `${String(job)}-r2`]);
    assert.equal((facts['afterMemoryRanOut'] as string[]).length, 2);
    assert.deepEqual(trainings().map(batchOf), [4, 2, 1]);
    assert.deepEqual(
      trainings().map(({ content }) => content.capSeconds),
      [300, 280, 260],
    );
    assert.ok(trainings().every(({ content, approvedHash }) => contentHash(content) === approvedHash));
    const [launch] = work.journal.view.proposals.filter(({ proposal }) => proposal.kind === 'launch');
    const ladder = launch?.proposal.subject.kind === 'launch' ? launch.proposal.subject.ladder : [];
    assert.deepEqual(
      trainings().map((request) => JSON.parse(String(request.files['config.json'])) as unknown),
      ladder?.slice(0, 3).map(({ config }) => config),
      'What ran is what was approved.',
    );
    await accepted(work.call('wait_for_job', { job }));
    assert.equal(trainings().length, 3, 'Asking again starts nothing.');
    await accepted(work.call('evaluate', { experiment }));
  });

  it('ends where the ladder ends, and asks for a person where only shorter rows are left', async () => {
    const experiment = await open((request) => (isTrial(request) ? undefined : oom));
    const { job } = await accepted(work.call('launch_job', { experiment, capMinutes: 5 }));
    const facts = await accepted(work.call('wait_for_job', { job }));
    assert.equal(facts['state'], 'failed');
    assert.match(String(facts['next']), /no approved configuration is left.*max_length/);
    assert.equal(trainings().length, 4);
  });

  it('is not tried again when too little of its time is left', async () => {
    const experiment = await open((request) => (isTrial(request) ? undefined : { ...oom, wallSeconds: 250 }));
    const { job } = await accepted(work.call('launch_job', { experiment, capMinutes: 5 }));
    await accepted(work.call('wait_for_job', { job }));
    assert.equal(trainings().length, 1);
  });
});

describe('the work on an experiment that a person stops', () => {
  const prune = (experiment: string) => askOfTree(work.journal, { action: 'prune', experiment, note: '' });
  const isRefused = (result: ToolResult) => assert.match(result.content, /A person stopped the work on/);

  it('ends with its trial, and nothing is launched', async () => {
    const experiment = await open((request) => (isTrial(request) ? tried(1000) : undefined));
    const base = `${work.kit.bench.runId}-${experiment}-trial-0-0-t1`;
    const began = new Promise<void>((resolve) => {
      work.box.script(base, async function* (_, signal) {
        resolve();
        while (work.box.request(base) && (await work.box.status([base]))[0]?.state === 'running') {
          signal?.throwIfAborted();
          await new Promise((next) => setImmediate(next));
        }
        yield { type: 'status', status: (await work.box.status([base]))[0] ?? assert.fail() };
      });
    });
    const launching = work.call('launch_job', { experiment, capMinutes: 30 });
    await began;
    assert.equal(work.journal.view.jobs.find(({ id }) => id === base)?.trialOf, experiment);
    await prune(experiment);
    await stopPruned(work.journal, work.kit.bench.jobs);
    isRefused(await launching);
    assert.equal(work.journal.view.jobs.find(({ id }) => id === base)?.state, 'stopped');
    assert.deepEqual(
      launches().map(({ subject }) => subject.trial),
      [true],
      'The launch is not even proposed.',
    );
    assert.equal(trainings().length, 0);
  });

  it('does not begin although its launch was approved', async () => {
    const experiment = await open(
      () => undefined,
      'ask-everything',
      ({ kind, subject }) => {
        if (kind === 'launch' && subject.kind === 'launch') void prune(subject.experiment);
        return 'approve';
      },
    );
    isRefused(await work.call('launch_job', { experiment, capMinutes: 5 }));
    assert.equal(trainings().length, 0);
  });

  it('does not go on with less memory', async () => {
    const experiment = await open((request) => (isTrial(request) ? undefined : oom));
    const { job } = await accepted(work.call('launch_job', { experiment, capMinutes: 5 }));
    await prune(experiment);
    const facts = await accepted(work.call('wait_for_job', { job }));
    assert.deepEqual([facts['state'], facts['job'], trainings().length], ['failed', job, 1]);
  });
});

describe('waiting for a training', () => {
  it('ends as soon as a rule flags it, and the training goes on', async () => {
    const experiment = await open(() => undefined);
    const launching = work.call('launch_job', { experiment, capMinutes: 5 }, 'watched');
    const id = launchJobId(work.kit.bench.runId, experiment, 'watched');
    work.box.script(id, async function* (_, signal) {
      await new Promise((resolve) => signal?.addEventListener('abort', resolve));
      yield* [];
    });
    const { job } = await accepted(launching);
    const waiting = accepted(work.call('wait_for_job', { job }));
    const finding = { rule: 'plateau' as const, step: 9, value: 0, limit: 1, message: 'The loss stays at 2.' };
    await work.journal.record('job.flagged', { job: String(job), finding });
    const facts = await waiting;
    assert.deepEqual([facts['ended'], facts['findings']], [false, [finding]]);
  });
});
