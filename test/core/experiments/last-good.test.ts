import assert from 'node:assert/strict';
import { examine } from '../../../src/core/experiments/examination';
import type { JobRequest } from '../../../src/core/ports/box';
import { promote } from '../../../src/core/run/promotion';
import { writeReport } from '../../../src/core/run/report';
import { FakeBox, type Outcome } from '../../support/core/fake-box';
import { count, runFolder } from '../../support/core/journal';
import { factsOf, fit, openWorkplace, perform, type Workplace } from '../../support/core/kit';
import { trained } from '../../support/core/trained';

const unfit = {
  ...fit,
  ok: false,
  checks: [{ name: 'stops', result: 'fail', message: 'Never ends.', fix: 'Mend.' }],
};
const isDoctor = ({ files }: JobRequest) => files['doctor.json'] !== undefined;

describe('the last good model', () => {
  let work: Workplace;

  /** A box whose doctor refuses these experiments. */
  const refusing = (...ids: string[]): FakeBox =>
    new FakeBox((request) =>
      isDoctor(request) && ids.some((id) => request.id.includes(`-doctor-${id}`))
        ? { artifacts: { 'result.json': JSON.stringify(unfit) } }
        : perform(request),
    );
  /** A box on which these experiments get one more answer right than the others. */
  const better = (request: JobRequest, id: string): Outcome => {
    const outcome = perform(request);
    if (request.kind !== 'evaluate' || !request.id.includes(`-eval-${id}-`)) return outcome;
    const { 'items.jsonl': text = '', ...artifacts } = outcome.artifacts as Record<string, string>;
    return {
      ...outcome,
      artifacts: { ...artifacts, 'items.jsonl': text.replace('"correct":false', '"correct":true') },
    };
  };
  const evaluate = async (experiment: string) => factsOf(await work.call('evaluate', { experiment }));
  const scored = async (...ids: string[]): Promise<void> => {
    await evaluate('baseline');
    for (const id of ids) {
      await trained(work.journal, id);
      await evaluate(id);
    }
  };
  const decide = () =>
    promote(work.journal, work.evaluations, (experiment) => examine(work.kit.bench, work.preparation, experiment));
  const examined = () => work.box.started.map((id) => work.box.request(id)).filter(isDoctor);
  const held = () => {
    const order = JSON.parse(String(examined().at(-1)?.files['doctor.json'])) as { hold: string };
    return order.hold;
  };
  const good = () => work.journal.view.lastGood;

  it('is the base model before any other, and the report says so', async () => {
    work = await openWorkplace();
    await evaluate('baseline');
    assert.deepEqual([good(), examined().length], [null, 0]);
    assert.match(writeReport(work.journal.view, []), /\*\*Last good model\.\*\* The base model/);
  });

  it('is an experiment once it is better on dev and the doctor passed it, which holds it; the agent need say nothing', async () => {
    work = await openWorkplace();
    await scored('01-a');
    assert.deepEqual([good()?.experiment, good()?.job, good()?.why], ['01-a', 'train-01-a', 'examined']);
    assert.equal(held(), 'train-01-a');
    assert.match(writeReport(work.journal.view, []), /jobs\/train-01-a\/artifacts\/model.*fit to be shipped/);
    assert.deepEqual((await evaluate('01-a'))['doctor'], { ok: true, failures: [] });
    await decide();
    assert.deepEqual([good()?.why, examined().length], ['promoted', 1], 'It is examined once.');
  });

  it('is not what the agent only calls promising', async () => {
    work = await openWorkplace();
    await trained(work.journal);
    await work.journal.record('experiment.closed', { experiment: '01-a', outcome: 'promising', note: '' });
    assert.equal(good(), null);
  });

  it('gives way to a better one only', async () => {
    work = await openWorkplace({ box: new FakeBox((request) => better(request, '03-c')) });
    await scored('01-a', '02-b');
    assert.deepEqual([good()?.experiment, examined().length], ['01-a', 1]);
    await scored('03-c');
    assert.deepEqual([good()?.experiment, held()], ['03-c', 'train-03-c']);
  });

  it('is told to the agent where the doctor refuses it, and stays what it was', async () => {
    work = await openWorkplace({ box: refusing('01-a') });
    await scored('01-a');
    assert.equal(good(), null);
    assert.deepEqual((await evaluate('01-a'))['doctor'], { ok: false, failures: ['stops: Never ends.'] });
  });

  it('costs no score where the doctor cannot look, and is examined when asked again', async () => {
    let left = 1;
    const box = new FakeBox((request) =>
      isDoctor(request) && left-- > 0
        ? { state: 'failed', failure: { class: 'killed', message: 'gone' } }
        : perform(request),
    );
    work = await openWorkplace({ box });
    await scored('01-a');
    assert.deepEqual([good(), work.journal.view.experiments[0]?.dev?.n], [null, 20]);
    assert.match(work.journal.view.problems[0]?.message ?? '', /01-a could not be examined/);
    await evaluate('01-a');
    assert.equal(good()?.experiment, '01-a');
  });

  describe('at the promotion', () => {
    it('is the next best where the doctor refuses the best; the refusal is told with its findings', async () => {
      const box = refusing('01-a');
      work = await openWorkplace({ box });
      await scored('01-a', '02-b');
      await work.journal.record('agent.finished', { summary: 's', best: '01-a' });
      await decide();
      const { promotion } = work.journal.view;
      assert.deepEqual([promotion?.experiment, promotion?.verdict, good()?.experiment], ['02-b', 'better', '02-b']);
      assert.match(
        promotion?.reason ?? '',
        /^The doctor found 01-a not fit, so it is not promoted\. stops: Never ends\. 02-b is better than/,
      );
      assert.ok(!work.box.started.some((id) => id.includes('eval-01-a-promotion')));
      assert.equal(count(work.journal, 'doctor.checked'), 2);
    });

    it('is the base model where the doctor refuses all', async () => {
      work = await openWorkplace({ box: refusing('01-a', '02-b') });
      await scored('01-a', '02-b');
      await decide();
      const { promotion } = work.journal.view;
      assert.deepEqual([promotion?.experiment, promotion?.verdict, good()], [null, null, null]);
      assert.match(promotion?.reason ?? '', /01-a not fit.*02-b not fit.*The base model stays the best\.$/);
      assert.ok(!work.box.started.some((id) => id.includes('-promotion') && !id.includes('baseline')));
    });

    it('is held again when it is not the one that was examined last', async () => {
      // On unseen items the agent's choice knows nothing.
      const box = new FakeBox((request) => {
        const outcome = perform(request);
        if (!request.id.includes('-eval-02-b-promotion')) return outcome;
        const { 'items.jsonl': text = '', ...artifacts } = outcome.artifacts as Record<string, string>;
        const wrong = text.replaceAll('"correct":true', '"correct":false');
        return { ...outcome, artifacts: { ...artifacts, 'items.jsonl': wrong } };
      });
      work = await openWorkplace({ box });
      await scored('01-a', '02-b');
      await work.journal.record('agent.finished', { summary: 's', best: '02-b' });
      await decide();
      assert.notEqual(work.journal.view.promotion?.verdict, 'better');
      assert.deepEqual([good()?.experiment, held(), examined().length], ['01-a', 'train-01-a', 3]);
      await decide();
      assert.equal(examined().length, 3);
      assert.ok(examined().every(({ id }) => id.startsWith(runFolder)));
    });
  });
});
