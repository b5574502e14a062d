import assert from 'node:assert/strict';
import { judgeSecrets } from '../../../src/app/judge';
import { MlInternError, onlyPersonCanMend, type ErrorReason } from '../../../src/core/errors';
import { checkBenchmark, expectedOf } from '../../../src/core/experiments/same-measurement';
import { examine } from '../../../src/core/experiments/examination';
import { changedInputs, manifestSchema } from '../../../src/core/experiments/manifest';
import { sharedManifest } from '../../../src/core/ship/shared-manifest';
import { promote } from '../../../src/core/run/promotion';
import { writeReport } from '../../../src/core/run/report';
import { FakeBox, type Outcome } from '../../support/core/fake-box';
import { count, runFolder } from '../../support/core/journal';
import { loaded, openWorkplace, perform, type Workplace } from '../../support/core/kit';
import type { JobKind, JobRequest } from '../../../src/core/ports/box';
import { trained } from '../../support/core/trained';

let work: Workplace;

/** A box on which jobs of one kind end as given, as often as given. */
function failing(kind: JobKind, outcome: Outcome, times = Infinity): FakeBox {
  let left = times;
  return new FakeBox((request: JobRequest) => (request.kind === kind && left-- > 0 ? outcome : perform(request)));
}

/** A box whose evaluator answers with other artifacts. */
function measuring(
  change: (artifacts: Record<string, string>, request: JobRequest) => Record<string, string>,
): FakeBox {
  return new FakeBox((request: JobRequest) => {
    const outcome = perform(request);
    if (request.kind !== 'evaluate') return outcome;
    return { ...outcome, artifacts: change((outcome.artifacts ?? {}) as Record<string, string>, request) };
  });
}

async function reopen(): Promise<void> {
  const { store, box, clock } = work;
  work = await openWorkplace({ store, box, clock });
}

const isError = (reason: ErrorReason, message: RegExp) => (error: unknown) =>
  MlInternError.is(error, reason) && message.test(error.message) && error.next !== '';

describe('evaluations', () => {
  beforeEach(async () => {
    work = await openWorkplace();
  });

  it('score each target and split once, however often and at once they are asked for, also after a restart', async () => {
    const [one, two] = await Promise.all([
      work.evaluations.evaluate('baseline', 'dev'),
      work.evaluations.evaluate('baseline', 'dev'),
    ]);
    assert.deepEqual(one, two);
    await reopen();
    assert.deepEqual(await work.evaluations.evaluate('baseline', 'dev'), one);
    assert.equal(count(work.journal, 'experiment.scored'), 1);
    assert.equal(work.box.started.filter((id) => id.includes('-eval-baseline-')).length, 1);
  });

  it('give each split its own items only', async () => {
    for (const split of ['dev', 'promotion'] as const) {
      const { score, items } = await work.evaluations.evaluate('baseline', split);
      assert.equal(score.n, loaded.splits[split].length);
      assert.deepEqual(
        items.map(({ id }) => id),
        loaded.splits[split].map(({ id }) => id),
      );
    }
  });

  it('keep the items behind a score in the folder of the run', async () => {
    await work.evaluations.evaluate('baseline', 'dev');
    assert.equal(
      work.store.text(`${runFolder}/baseline/eval-dev/items.jsonl`).trim().split('\n').length,
      loaded.splits.dev.length,
    );
  });

  it('compare an experiment with the base model over the same items', async () => {
    await trained(work.journal);
    assert.equal((await work.evaluations.evaluate('01-a', 'promotion')).toBaseline, null, 'It has no score yet.');
    await work.evaluations.evaluate('baseline', 'dev');
    const { toBaseline, toParent } = await work.evaluations.evaluate('01-a', 'dev');
    assert.deepEqual([toBaseline?.verdict, toBaseline?.n, toParent], ['better', loaded.splits.dev.length, null]);
    await assert.rejects(work.evaluations.compare('01-a', '02-b', 'dev'), isError('bad-input', /02-b has no dev/));
  });

  it('refuse what does not exist or was not trained', async () => {
    await assert.rejects(work.evaluations.evaluate('07-x', 'dev'), isError('bad-input', /no experiment 07-x/));
  });

  it('say what failed, and try again under a new id when asked again', async () => {
    const failure = { class: 'oom-gpu' as const, message: 'out of memory' };
    work = await openWorkplace({ box: failing('evaluate', { state: 'failed', failure }, 1) });
    await assert.rejects(
      work.evaluations.evaluate('baseline', 'dev'),
      isError('job-failed', /baseline failed \(oom-gpu: out of memory\)/),
    );
    assert.equal((await work.evaluations.evaluate('baseline', 'dev')).score.n, loaded.splits.dev.length);
    assert.deepEqual(
      work.box.started.slice(-2).map((id) => id.slice(-3)),
      ['-t1', '-t2'],
    );
  });

  describe('stop when what they measure with was changed:', () => {
    const changing = (key: string, from: number): FakeBox => {
      let count = 0;
      return measuring((artifacts) => {
        const result = JSON.parse(artifacts['result.json'] ?? '{}') as Record<string, string>;
        return {
          ...artifacts,
          'result.json': JSON.stringify({ ...result, ...(++count >= from ? { [key]: 'x' } : {}) }),
        };
      });
    };
    const refused: [string, RegExp][] = [
      ['evaluatorHash', /evaluator's files on the box changed/],
      ['chatTemplateHash', /chat template changed/],
      ['modelHash', /model's weights changed/],
    ];
    for (const [key, words] of refused) {
      it(key, async () => {
        work = await openWorkplace({ box: changing(key, 2) });
        await work.evaluations.evaluate('baseline', 'dev');
        await assert.rejects(work.evaluations.evaluate('baseline', 'promotion'), isError('evaluation-changed', words));
        assert.equal(work.journal.view.baseline.promotion, null);
        assert.equal(count(work.journal, 'experiment.scored'), 1);
      });
    }

    it('the items on the box', async () => {
      work = await openWorkplace({ box: changing('itemsHash', 1) });
      await assert.rejects(
        work.evaluations.evaluate('baseline', 'dev'),
        isError('evaluation-changed', /items on the box changed/),
      );
    });

    it('the benchmark file or its settings, while the run goes on', async () => {
      const { name, metric, itemsHash } = loaded.benchmark;
      const counts = { items: 40, dev: 20, promotion: 20 };
      await work.journal.record('benchmark.loaded', { name, metric, itemsHash, settingsHash: 's', ...counts });
      const bench = { itemsHash, settingsHash: 's' };
      checkBenchmark(work.journal, bench);
      const changed = (now: object, words: RegExp) =>
        assert.throws(() => checkBenchmark(work.journal, { ...bench, ...now }), isError('benchmark-changed', words));
      changed({ itemsHash: 'other' }, /benchmark file changed/);
      changed({ settingsHash: 'other' }, /settings file changed/);
      // The kit's benchmark has no settings, so the run's evaluations see that they were taken away.
      await assert.rejects(work.evaluations.evaluate('baseline', 'dev'), isError('benchmark-changed', /settings/));
    });

    it('and say what the evaluator on the box refused', async () => {
      const error = { reason: 'evaluation-changed', message: 'The chat template changed.', next: 'Put it back.' };
      const outcome: Outcome = { state: 'failed', artifacts: { 'result.json': JSON.stringify({ error }) } };
      work = await openWorkplace({ box: failing('evaluate', outcome) });
      await assert.rejects(
        work.evaluations.evaluate('baseline', 'dev'),
        isError('evaluation-changed', /^The chat template changed/),
      );
    });
  });

  it('leave nothing of an item on the box that can be read there', async () => {
    await work.evaluations.evaluate('baseline', 'dev');
    await work.evaluations.evaluate('baseline', 'promotion');
    const requests = work.box.started.map((id) => work.box.request(id));
    const sent = requests.flatMap(({ files }) =>
      Object.values(files).map((content) => Buffer.from(content).toString()),
    );
    assert.ok(sent.length > 2);
    assert.deepEqual(
      loaded.items.filter(({ question }) => sent.some((text) => text.includes(question))),
      [],
    );
  });

  it('give the key of a judge to evaluations alone', async () => {
    work.kit.bench.jobSecrets = (kind) =>
      judgeSecrets(kind === 'evaluate' ? { url: 'https://judge.example/v1', model: 'j' } : undefined, {
        get: (name) => Promise.resolve(name === 'judge:https://judge.example/v1' ? 'jk' : undefined),
      });
    await work.evaluations.evaluate('baseline', 'dev');
    const given = work.box.started.map((id) => work.box.request(id)).map(({ kind, secrets }) => [kind, secrets]);
    const key = { ML_INTERN_JUDGE_KEY: 'jk', ML_INTERN_JUDGE_URL: 'https://judge.example/v1' };
    assert.deepEqual(given.sort(), [
      ['environment', {}],
      ['environment', {}],
      ['evaluate', key],
      ['model', {}],
    ]);
    const request = work.box.request(work.box.started.find((id) => id.includes('-eval-')) ?? '');
    assert.ok(!JSON.stringify([request.content, request.files, work.journal.events]).includes('jk'));
  });

  it('have no score where the judge is not reached, and stop the run with its words', async () => {
    const error = { reason: 'judge-unavailable', message: 'The judge j could not be reached.', next: 'Start it.' };
    const outcome: Outcome = { state: 'failed', artifacts: { 'result.json': JSON.stringify({ error }) } };
    work = await openWorkplace({ box: failing('evaluate', outcome) });
    const failure = await work.evaluations.evaluate('baseline', 'dev').catch((thrown: unknown) => thrown);
    assert.ok(isError('judge-unavailable', /could not be reached/)(failure) && onlyPersonCanMend(failure));
    assert.equal(count(work.journal, 'experiment.scored'), 0);
  });

  it('let another experiment bring weights and a template of its own', async () => {
    const box = measuring((artifacts, request) => {
      const result = JSON.parse(artifacts['result.json'] ?? '{}') as Record<string, string>;
      return {
        ...artifacts,
        'result.json': JSON.stringify({ ...result, chatTemplateHash: result['modelHash'], id: request.id }),
      };
    });
    work = await openWorkplace({ box });
    await trained(work.journal);
    await work.evaluations.evaluate('baseline', 'dev');
    await work.evaluations.evaluate('01-a', 'dev');
    assert.deepEqual(Object.keys(expectedOf(work.journal, '01-a', loaded.benchmark)).sort(), [
      'chatTemplateHash',
      'evaluatorHash',
      'modelHash',
    ]);
    assert.deepEqual(Object.keys(expectedOf(work.journal, '02-b', loaded.benchmark)), ['evaluatorHash']);
    const fixed = { ...loaded.benchmark, template: { text: 't' } };
    assert.deepEqual(Object.keys(expectedOf(work.journal, '02-b', fixed)), ['evaluatorHash', 'chatTemplateHash']);
  });

  it('take no score from an evaluator that left items out', async () => {
    work = await openWorkplace({ box: measuring((outcome) => ({ ...outcome, 'items.jsonl': '' })) });
    await assert.rejects(
      work.evaluations.evaluate('baseline', 'dev'),
      isError('job-failed', /answered 0 of \d+ items/),
    );
    assert.equal(work.journal.view.baseline.dev, null);
  });
});

describe('preparation', () => {
  it('builds an environment and fetches the base model once, however often they are needed', async () => {
    work = await openWorkplace();
    const { preparation } = work;
    await Promise.all([preparation.environment('train'), preparation.baseModel(), preparation.environment('train')]);
    await reopen();
    assert.equal((await work.preparation.baseModel()).path, '/models/tiny');
    assert.deepEqual(
      work.box.started.map((id) => id.replace(`${runFolder}-`, '').replace(/-[0-9a-f]{6,}/, '')),
      ['env-train-t1', 'base-model-t1'],
    );
    assert.deepEqual([count(work.journal, 'environment.ready'), count(work.journal, 'base-model.ready')], [1, 1]);
  });

  it("passes on the box's own words about a base model that does not exist", async () => {
    const error = { reason: 'base-model-not-found', message: 'The Hub has no lab/tiny.', next: 'Check the name.' };
    const outcome: Outcome = { state: 'failed', artifacts: { 'result.json': JSON.stringify({ error }) } };
    work = await openWorkplace({ box: failing('model', outcome) });
    await assert.rejects(work.preparation.baseModel(), isError('base-model-not-found', /The Hub has no lab\/tiny/));
  });

  it('says that the disk of the box is full, and can go on when there is room again', async () => {
    const failure = { class: 'disk-full' as const, message: 'No space left on device' };
    work = await openWorkplace({ box: failing('environment', { state: 'failed', failure }, 1) });
    await assert.rejects(work.preparation.environment('train'), isError('box-disk-full', /No space left/));
    assert.equal(await work.preparation.environment('train'), 'abcdef12');
  });
});

describe('promotion', () => {
  const promoted = () => work.journal.view.promotion;
  const decide = () =>
    promote(work.journal, work.evaluations, (experiment) => examine(work.kit.bench, work.preparation, experiment));

  beforeEach(async () => {
    work = await openWorkplace();
  });

  it('scores candidate and base model once on unseen items and promotes what is better', async () => {
    await trained(work.journal);
    await work.evaluations.evaluate('01-a', 'dev');
    await decide();
    await decide();
    assert.deepEqual([promoted()?.experiment, promoted()?.verdict], ['01-a', 'better']);
    assert.equal(promoted()?.difference?.n, loaded.splits.promotion.length);
    assert.match(promoted()?.reason ?? '', /better than the base model on 20 unseen items \(p = /);
    assert.equal(work.journal.view.experiments[0]?.outcome, 'promoted');
    assert.equal(count(work.journal, 'promotion.decided'), 1);
  });

  it('promotes nothing without evidence', async () => {
    work = await openWorkplace({
      box: new FakeBox((request) =>
        perform({ ...request, files: { ...request.files, 'evaluate.json': '/models/tiny' } }),
      ),
    });
    await trained(work.journal);
    await work.evaluations.evaluate('01-a', 'dev');
    await decide();
    assert.equal(promoted()?.verdict, 'no evidence');
    assert.equal(work.journal.view.experiments[0]?.outcome, 'open');
  });

  it('asks the doctor first, holds the model on the box and names it as the last good one', async () => {
    await trained(work.journal);
    await work.evaluations.evaluate('01-a', 'dev');
    await decide();
    const job = work.box.started.find((id) => id.includes('-doctor-01-a')) ?? '';
    const order = JSON.parse(String(work.box.request(job).files['doctor.json'])) as Record<string, unknown>;
    const trainJob = work.journal.view.jobs.find(({ kind }) => kind === 'train')?.id ?? '';
    assert.deepEqual(
      [order['model'], order['baseModel'], order['baseHash'], order['hold'], order['run']],
      [`../../${trainJob}/artifacts/model`, '/models/tiny', 'w', trainJob, runFolder],
    );
    assert.equal((order['prompts'] as string[]).length, 4);
    const { lastGood, experiments } = work.journal.view;
    assert.deepEqual([lastGood?.experiment, lastGood?.job, lastGood?.why], ['01-a', trainJob, 'promoted']);
    assert.equal(experiments[0]?.doctor?.ok, true);
    assert.match(writeReport(work.journal.view, []), new RegExp(`jobs/${trainJob}/artifacts/model.*fit to be shipped`));
  });

  it('leaves a manifest of what was scored, by hash', async () => {
    await trained(work.journal);
    await work.evaluations.evaluate('01-a', 'dev');
    const text = work.store.text(`${runFolder}/experiments/01-a/manifest.json`);
    const manifest = manifestSchema.parse(JSON.parse(text));
    const { box, ...hardware } = manifest.hardware;
    assert.deepEqual([typeof box, sharedManifest(manifest).hardware], ['string', hardware]);
    const [experiment] = work.journal.view.experiments;
    assert.equal(manifest.code.hash, experiment?.scriptHash);
    assert.deepEqual(
      [manifest.baseModel.weightsHash, manifest.environments.train.hash, manifest.seeds.run],
      ['w', 'abcdef12', 7],
    );
    assert.deepEqual(manifest.score, experiment?.dev);
    const changed = { ...manifest, templateHash: 'b', benchmark: { ...manifest.benchmark, devItemsHash: 'other' } };
    assert.deepEqual(changedInputs({ ...manifest, templateHash: 'a' }, changed), [
      'the chat template',
      "the benchmark's items",
    ]);
    assert.deepEqual(changedInputs(manifest, changed), ["the benchmark's items"]);
  });

  it('keeps the base model when nothing was scored', async () => {
    await decide();
    assert.deepEqual([promoted()?.experiment, promoted()?.verdict], [null, null]);
    assert.deepEqual(promoted()?.baseline, promoted()?.best);
  });
});
