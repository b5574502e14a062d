import assert from 'node:assert/strict';
import { FakeBox } from '../../support/core/fake-box';
import { count, runFolder } from '../../support/core/journal';
import { loaded, openWorkplace, perform, secretWords, type Workplace } from '../../support/core/kit';
import { QuietClock } from '../../support/core/quiet-clock';
import { ScriptedModel, type Choose } from '../../support/core/scripted-model';
import { drive, wholeRun, wholeRunBudget } from '../../support/core/whole-run';

const watchdogMs = 60_000;
const never = new AbortController().signal;
const models: ScriptedModel[] = [];

async function model(choose: Choose | typeof wholeRun): Promise<ScriptedModel> {
  const started = await ScriptedModel.start(choose);
  models.push(started);
  return started;
}

const open = (rest: Parameters<typeof openWorkplace>[0] = {}): Promise<Workplace> =>
  openWorkplace({
    ...{ clock: new QuietClock(watchdogMs), ...rest },
    config: { autonomy: 'autopilot', budget: wholeRunBudget, ...rest?.config },
  });

describe('the course of a run', () => {
  afterEach(() => Promise.all(models.splice(0).map((one) => one.close())));

  it('ends by itself when the tokens are spent: with a promotion, a report and a reason', async () => {
    const work = await open({ config: { budget: { ...wholeRunBudget, modelTokens: 60 } } });
    await drive(work, (await model(wholeRun)).endpoint, never);
    const { state, ending, summary, promotion, report } = work.journal.view;
    assert.deepEqual([state, ending, promotion?.experiment, report], ['finished', 'budget-spent', null, 'report.md']);
    assert.match(summary, /budget of 60 model tokens is spent/);
    assert.match(work.store.text(`${runFolder}/report.md`), /the base model stays the best/);
  });

  it('decides on the promotion split once, and nothing of it ever reaches the model', async () => {
    const work = await open();
    const script = await model(wholeRun);
    await drive(work, script.endpoint, never);
    const { queries, promotion, experiments } = work.journal.view;
    assert.equal(promotion?.experiment, '01-draft');
    // The base model and the one candidate; each experiment and the base model on dev, that also with examples.
    assert.deepEqual(queries, { dev: 2 + experiments.length, promotion: 2 });
    assert.match(work.store.text(`${runFolder}/report.md`), /computed once; the split was asked 2 times/);
    const results = work.store.paths
      .filter((path) => path.includes('/tool-results/'))
      .map((path) => work.store.text(path));
    const returned = work.journal.events.filter(({ type }) => type === 'tool.returned');
    const shown = [JSON.stringify(script.requests), JSON.stringify(returned), ...results].join('\n');
    assert.ok(shown.includes('zorb'), 'dev items are shown');
    const ids = loaded.splits.promotion.map(({ id }) => id);
    for (const word of [...secretWords, ...ids]) assert.doesNotMatch(shown, new RegExp(`\\b${word}\\b`));
  });

  it('ends well although a score to compare with cannot be made: that is told and decides nothing', async () => {
    const error = { reason: 'base-model-not-found', message: 'The Hub has no lab/none.', next: 'Check the name.' };
    const box = new FakeBox((request) =>
      String(request.files['model.json']).includes('lab/none')
        ? { state: 'failed', artifacts: { 'result.json': JSON.stringify({ error }) } }
        : perform(request),
    );
    const work = await open({ box, config: { instructModel: 'lab/none' } });
    await drive(work, (await model(wholeRun)).endpoint, never);
    const { state, promotion, problems, references } = work.journal.view;
    assert.deepEqual([state, promotion?.verdict, references.length], ['finished', 'better', 1]);
    assert.match(problems.at(-1)?.message ?? '', /The Hub has no lab\/none/);
    assert.match(problems.at(-1)?.next ?? '', /The run goes on/);
  });

  it('ends when the time is spent although the model is silent', async () => {
    const clock = new QuietClock();
    const work = await open({ clock });
    await drive(work, (await model(() => new Promise(() => undefined))).endpoint, never);
    assert.deepEqual([work.journal.view.state, work.journal.view.ending], ['finished', 'budget-spent']);
    assert.match(work.journal.view.summary, /wall-clock budget of 1 h is spent/);
  });

  it('ends when the time is spent although tools are at work, and records nothing afterwards', async () => {
    const clock = new QuietClock(watchdogMs);
    const box = new FakeBox(perform);
    const work = await open({ clock, box });
    const script = await model(wholeRun);
    const waiting = new Promise<void>((resolve) => {
      work.journal.onChange((view) => {
        if (view.jobs.some(({ kind, state }) => kind === 'train' && state === 'running')) resolve();
      });
    });
    void waiting.then(() => (clock.time += 3_600_000));
    await drive(work, script.endpoint, never);
    const { state, ending, lastSeq } = work.journal.view;
    assert.deepEqual([state, ending], ['finished', 'budget-spent']);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(work.journal.view.lastSeq, lastSeq);
  });

  it('says that the goal is met when the promotion is better and reaches the target', async () => {
    const work = await open({ config: { target: 0.6 } });
    await drive(work, (await model(wholeRun)).endpoint, never);
    assert.equal(work.journal.view.ending, 'goal-met');
  });

  it('stops at once on request, while the model is silent, and says that jobs go on', async () => {
    const stopping = new AbortController();
    const work = await open({ signal: stopping.signal });
    const silent = await model(() => {
      setImmediate(() => stopping.abort());
      return new Promise(() => undefined);
    });
    await drive(work, silent.endpoint, stopping.signal);
    assert.deepEqual([work.journal.view.state, work.journal.view.problems], ['stopped', []]);
    assert.match(JSON.stringify(work.journal.events.at(-1)?.data), /Jobs that had started go on/);
  });

  it('stops with the typed problem and its next step, and goes on from there when it is resumed', async () => {
    const broken = await open();
    await drive(broken, (await model(() => ({ status: 401 }))).endpoint, never);
    const [problem] = broken.journal.view.problems;
    assert.deepEqual([broken.journal.view.state, problem?.reason], ['stopped', 'model-auth']);
    assert.match(problem?.next ?? '', /API key/);
    const { store, box } = broken;
    const mended = await open({ store, box });
    await drive(mended, (await model(wholeRun)).endpoint, never);
    assert.equal(mended.journal.view.state, 'finished');
    assert.equal(count(mended.journal, 'run.started'), 3, 'Opened, broken, mended.');
  });

  for (const [when, choose] of [
    ['while the model is silent', () => new Promise<never>(() => undefined)],
    ['when the agent needs it', () => ({ calls: [{ id: 'e', name: 'evaluate', args: { experiment: 'baseline' } }] })],
  ] satisfies [string, Choose][]) {
    it(`stops, ${when}, for a base model that does not exist, and goes on once it does`, async () => {
      let missing = true;
      const error = { reason: 'base-model-not-found', message: 'There is no model lab/tiny.', next: 'Check its id.' };
      const result = { state: 'failed' as const, artifacts: { 'result.json': JSON.stringify({ error }) } };
      const box = new FakeBox((request) => (missing && request.kind === 'model' ? result : perform(request)));
      const work = await open({ box });
      await drive(work, (await model(choose)).endpoint, never);
      const { state, problems } = work.journal.view;
      assert.equal(state, 'stopped');
      assert.deepEqual(
        problems.map(({ reason, message, next }) => [reason, message, next]),
        [
          [
            error.reason,
            error.message,
            `${error.next} Then resume the run, or start a new one if the base model was misnamed.`,
          ],
        ],
      );
      missing = false;
      const mended = await open({ store: work.store, box });
      await drive(mended, (await model(wholeRun)).endpoint, never);
      assert.equal(mended.journal.view.state, 'finished');
    });
  }

  it('tells the agent the goal, then the standing instructions, once', async () => {
    const work = await open();
    const scripted = await model(wholeRun);
    await drive(work, scripted.endpoint, never);
    const said = (scripted.requests.at(-1) ?? []).filter(({ role }) => role === 'user').map(({ content }) => content);
    assert.equal(said[0], 'Goal: Answer more glim questions');
    assert.match(said[1] ?? '', /^Standing instructions[^\n]*\nBe brief\.$/);
    assert.equal(said.filter((text) => text?.includes('Be brief.')).length, 1);
  });
});
