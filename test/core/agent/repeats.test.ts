import assert from 'node:assert/strict';
import type { ToolResult } from '../../../src/core/agent/toolbox';
import type { Budget } from '../../../src/core/run/types';
import { FakeBox, type Outcome } from '../../support/core/fake-box';
import { factsOf, openWorkplace, perform, type Settings, type Workplace } from '../../support/core/kit';

const mapping = { prompt: 'Question: {question}\nAnswer:', completion: ' {answer}' };
const budget: Budget = { wallHours: 20, modelTokens: 1e6, experiments: 5 };
const finish = { summary: 's', best: null };
let work: Workplace;

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

async function open(settings: Settings = {}): Promise<void> {
  work = await openWorkplace({ ...settings, config: { autonomy: 'autopilot', budget, ...settings.config } });
  await accepted(work.call('inspect_dataset', { id: 'lab/qa' }));
  await accepted(work.call('check_overlap', { id: 'lab/qa' }));
  await accepted(work.call('propose_dataset', { id: 'lab/qa', why: 'fits', mapping }));
  await accepted(work.call('evaluate', { experiment: 'baseline' }));
}

function write(slug: string, maxRows: number, config: object = {}): Promise<ToolResult> {
  const sources = [{ id: 'lab/qa', maxRows }];
  return work.call('write_script', {
    ...{ slug, parent: null, hypothesis: 'h', sources, config: { max_steps: 5, ...config } },
  });
}

async function trained(experiment: unknown): Promise<Record<string, unknown>> {
  const { job } = await accepted(work.call('launch_job', { experiment, capMinutes: 5 }));
  return accepted(work.call('wait_for_job', { job }));
}

async function scored(pending: Promise<ToolResult>): Promise<string> {
  const { experiment } = await accepted(pending);
  await trained(experiment);
  await accepted(work.call('evaluate', { experiment }));
  return String(experiment);
}

const repeat = (experiment: string) => work.call('repeat_experiment', { experiment });
const view = (id: string) => work.journal.view.experiments.find((one) => one.id === id);

describe('the two best of a run', () => {
  it('are repeated with another seed before the run may finish, and their seeds are scored together', async () => {
    await open();
    const [a, b] = [await scored(write('a', 10)), await scored(write('b', 20))];
    await refused(work.call('finish', finish), /need a repeat with another seed: 01-a and 02-b.*repeat_experiment/);
    const facts = await accepted(work.call('record_experiment', { experiment: b, outcome: 'promising', note: 'n' }));
    assert.deepEqual(facts['repeatBeforeFinish'], [a, b]);
    const { experiment } = await accepted(repeat(a));
    const again = String(experiment);
    assert.deepEqual([view(again)?.repeats, view(again)?.config['seed'], view(again)?.parent], [a, 8, null]);
    assert.deepEqual(view(again)?.recipe, view(a)?.recipe);
    await refused(work.call('finish', finish), /launch, wait for and evaluate 03-a-seed, which repeats 01-a/);
    await trained(again);
    await accepted(work.call('evaluate', { experiment: again }));
    assert.deepEqual(
      [view(a)?.pooled?.of, view(a)?.pooled?.score.seeds],
      [
        [a, again],
        [7, 8],
      ],
    );
    assert.equal(view(a)?.pooled?.score.n, view(a)?.dev?.n, 'An item counts once, however often it was asked.');
    assert.deepEqual([view(a)?.dev?.seeds, view(again)?.dev?.seeds], [[7], [8]]);
    const asked = (id: string) =>
      work.box.request(work.box.started.find((job) => job.includes(`-eval-${id}-dev`)) ?? '').files['evaluate.json'];
    assert.match(String(asked(b)), /stopBehind/);
    assert.doesNotMatch(String(asked(again)), /stopBehind/, 'A repeat is asked every item, however it does.');
    await scored(repeat(b));
    await accepted(work.call('finish', finish));
  });

  it('are no longer waited for when a repeat was rejected or came to nothing', async () => {
    const broken: Outcome = { state: 'failed', failure: { class: 'exit', message: 'KeyError' } };
    const seedOf = (text: unknown) => (JSON.parse(String(text)) as { seed: number }).seed;
    await open({
      box: new FakeBox((request) =>
        request.kind === 'train' && seedOf(request.files['config.json']) !== 7 ? broken : perform(request),
      ),
    });
    const [a, b] = [await scored(write('a', 10)), await scored(write('b', 20))];
    assert.equal((await trained((await accepted(repeat(a)))['experiment']))['state'], 'failed');
    const { experiment } = await accepted(repeat(b));
    await accepted(work.call('record_experiment', { experiment, outcome: 'failed', note: 'not worth it' }));
    await accepted(work.call('finish', finish));
  });

  it('are not repeated where the budget has no experiment or no time for it', async () => {
    await open({ config: { budget: { ...budget, experiments: 3 } } });
    await scored(write('a', 10));
    await scored(write('b', 20));
    await refused(work.call('finish', finish), /another seed: 01-a\./);
    await scored(repeat('01-a'));
    await accepted(work.call('finish', finish));

    const slow = new FakeBox((request) =>
      request.kind === 'train' ? { ...perform(request), wallSeconds: 40_000 } : perform(request),
    );
    await open({ box: slow });
    await scored(write('a', 10));
    work.clock.time += 10 * 3_600_000;
    await accepted(work.call('finish', finish));
  });

  it('have the last experiments of a larger budget kept for them', async () => {
    await open({ config: { budget: { ...budget, experiments: 6 } } });
    for (const rows of [1, 2, 3, 4]) await scored(write('x', rows));
    await refused(write('y', 5), /kept for repeating the best ones.*finish/);
    await accepted(repeat('01-x'));
    await refused(write('y', 5), /kept for repeating/);
    await accepted(repeat('02-x'));
  });

  it('are repeated as well by a script that differs in its seed only', async () => {
    await open();
    const a = await scored(write('a', 10));
    const again = await scored(write('again', 10, { seed: 11 }));
    assert.deepEqual([view(again)?.repeats, view(a)?.pooled?.score.seeds], [a, [7, 11]]);
    await accepted(work.call('finish', finish));
    const { experiment } = await accepted(repeat(again));
    assert.deepEqual([view(String(experiment))?.repeats, view(String(experiment))?.config['seed']], [a, 12]);
    await refused(repeat('09-ghost'), /no experiment 09-ghost/);
  });

  it('get no more time for a repeat than for the pilot that it repeats', async () => {
    await open({ config: { pilotSeconds: 1200 } });
    const a = await scored(write('a', 10));
    const { experiment } = await accepted(repeat(a));
    const facts = await accepted(work.call('launch_job', { experiment, capMinutes: 600 }));
    assert.deepEqual([facts['stage'], facts['endsAfterMinutes']], ['pilot', 20]);
  });
});
