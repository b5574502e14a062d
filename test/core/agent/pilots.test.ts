import assert from 'node:assert/strict';
import type { ToolResult } from '../../../src/core/agent/toolbox';
import type { JobRequest } from '../../../src/core/ports/box';
import { FakeBox, type Outcome } from '../../support/core/fake-box';
import { factsOf, openWorkplace, perform, type Workplace } from '../../support/core/kit';

const mapping = { prompt: 'Question: {question}\nAnswer:', completion: ' {answer}' };
const script = 'ReportCallback(config["batch_size"])\n';
const hour = 3600;
const pilotMinutes = 20;
const isTrial = ({ content }: JobRequest) => content.steps.at(-1)?.includes('ml_intern_box.trial') ?? false;

/** A trial that says how long the configuration's steps take: two seconds each. */
function tried(request: JobRequest): Outcome {
  const { max_steps: steps } = JSON.parse(String(request.files['config.json'])) as { max_steps: number };
  const seconds = steps * 2;
  const forecast = {
    ...{ steps, secondsPerStep: { value: 2, low: 2, high: 2 }, tokensPerSecond: 900, rowsPerStep: 8 },
    parts: { load: 10, prepare: 5, train: seconds - 20, evaluate: 0, save: 0, finish: 5 },
    ...{ seconds: { value: seconds, low: seconds, high: seconds }, gpuHours: 0, peakMemoryMiB: 900 },
    ...{ restingMemoryMiB: 300, memoryOf: 'host', measuredSteps: 60, trialSeconds: 70 },
  };
  return { artifacts: { 'forecast.json': JSON.stringify(forecast) } };
}

let work: Workplace;

async function accepted(pending: Promise<ToolResult>): Promise<Record<string, unknown>> {
  const result = await pending;
  assert.ok(result.ok, result.content);
  return factsOf(result);
}

async function write(slug: string, args: object = {}): Promise<string> {
  const usual = { slug, parent: null, hypothesis: 'h', sources: [{ id: 'lab/qa' }], script };
  const config = { max_steps: 500, batch_size: 8 };
  return String((await accepted(work.call('write_script', { ...usual, config, ...args })))['experiment']);
}

async function score(experiment: string): Promise<void> {
  const { job } = await accepted(work.call('launch_job', { experiment, capMinutes: pilotMinutes }));
  await accepted(work.call('wait_for_job', { job }));
  await accepted(work.call('evaluate', { experiment }));
}

const trainings = () =>
  work.box.started.map((id) => work.box.request(id)).filter((request) => request.kind === 'train' && !isTrial(request));
const stages = () =>
  work.journal.view.proposals.flatMap(({ proposal: { subject } }) =>
    subject.kind === 'launch' && !subject.trial ? [subject.stage] : [],
  );

describe('the pilots of a run', () => {
  beforeEach(async () => {
    const box = new FakeBox((request) => (isTrial(request) ? tried(request) : perform(request)));
    const budget = { wallHours: 20, modelTokens: 1e6, experiments: 9 };
    work = await openWorkplace({ box, config: { autonomy: 'autopilot', budget, pilotSeconds: pilotMinutes * 60 } });
    await accepted(work.call('inspect_dataset', { id: 'lab/qa' }));
    await accepted(work.call('check_overlap', { id: 'lab/qa' }));
    await accepted(work.call('propose_dataset', { id: 'lab/qa', why: 'fits', mapping }));
    await accepted(work.call('evaluate', { experiment: 'baseline' }));
  });

  it('give a new idea no more than their time: what is longer is refused, with what fits and what comes after', async () => {
    const experiment = await write('long', { config: { max_steps: 9000, batch_size: 8 } });
    const { ok, content } = await work.call('launch_job', { experiment, capMinutes: 600 });
    assert.equal(ok, false);
    assert.match(content, /would take 5.0 h .* and has 20 min/);
    assert.match(content, /max_steps 5\d\d of 9000.*a new idea, so it trains first as a pilot of at most 20 min/);
    assert.match(content, /a child with the same script and sources may train longer/);
    assert.equal(trainings().length, 0);
  });

  it('end at the same time for all, whatever was asked for', async () => {
    const one = await write('one');
    const other = await write('other', { sources: [{ id: 'lab/qa', maxRows: 50 }] });
    for (const experiment of [one, other])
      assert.equal((await accepted(work.call('launch_job', { experiment, capMinutes: 600 })))['stage'], 'pilot');
    assert.deepEqual(
      trainings().map(({ content }) => content.capSeconds),
      [1200, 1200],
    );
  });

  it('lead to the full length for a child with the same script and data, once the pilot has its score', async () => {
    const parent = await write('draft');
    const config = { max_steps: 9000, batch_size: 8 };
    const early = await write('early', { parent, config });
    assert.match((await work.call('launch_job', { experiment: early, capMinutes: 600 })).content, /a new idea/);
    await score(parent);
    const facts = await accepted(work.call('launch_job', { experiment: early, capMinutes: 600 }));
    assert.deepEqual([facts['stage'], facts['endsAfterMinutes']], ['full', 600]);
    assert.ok((trainings().at(-1)?.content.capSeconds ?? 0) > 5 * hour);
    const changed = await write('changed', { parent, config, sources: [{ id: 'lab/qa', maxRows: 50 }] });
    assert.match((await work.call('launch_job', { experiment: changed, capMinutes: 600 })).content, /a new idea/);
    const rewritten = await write('rewritten', { parent, config, script: `${script}# other\n` });
    assert.match((await work.call('launch_job', { experiment: rewritten, capMinutes: 600 })).content, /a new idea/);
    assert.deepEqual(stages(), ['pilot', 'full']);
  });

  it('are trained once: what has its score is not launched again', async () => {
    const experiment = await write('draft');
    await score(experiment);
    const { content } = await work.call('launch_job', { experiment, capMinutes: 600 });
    assert.match(content, /has its score.*Write an experiment with the parent 01-draft/);
    assert.equal(trainings().length, 1);
  });
});

describe('the first drafts of a run', () => {
  const other = { sources: [{ id: 'lab/qa', maxRows: 50 }] };

  beforeEach(async () => {
    work = await openWorkplace({ config: { autonomy: 'autopilot' } });
    await accepted(work.call('inspect_dataset', { id: 'lab/qa' }));
    await accepted(work.call('check_overlap', { id: 'lab/qa' }));
    await accepted(work.call('propose_dataset', { id: 'lab/qa', why: 'fits', mapping }));
    await accepted(work.call('evaluate', { experiment: 'baseline' }));
  });

  it('differ in their data until one has a score', async () => {
    const first = await write('draft');
    const same = {
      slug: 'again',
      parent: null,
      hypothesis: 'h',
      sources: [{ id: 'lab/qa' }],
      config: { max_steps: 9 },
    };
    const { content } = await work.call('write_script', same);
    assert.match(content, /01-draft has the same data and no score yet.*other data, or train and evaluate 01-draft/);
    await write('other', other);
    await score(first);
    await write('again', { config: { max_steps: 9 } });
  });

  it('may repeat one with another seed, and follow one that failed', async () => {
    const config = { max_steps: 500, batch_size: 8 };
    await write('draft');
    await write('repeat', { config: { ...config, seed: 2 } });
    await accepted(work.call('record_experiment', { experiment: '01-draft', outcome: 'failed', note: 'n' }));
    await accepted(work.call('record_experiment', { experiment: '02-repeat', outcome: 'failed', note: 'n' }));
    await write('again', { config: { max_steps: 9 } });
  });
});
