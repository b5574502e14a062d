import assert from 'node:assert/strict';
import type { Bar } from '../../../src/core/experiments/bar';
import type { JobRequest } from '../../../src/core/ports/box';
import { candidatesOf } from '../../../src/core/run/promotion';
import { writeReport } from '../../../src/core/run/report';
import { FakeBox, type Outcome } from '../../support/core/fake-box';
import { openWorkplace, perform, type Workplace } from '../../support/core/kit';
import { trained } from '../../support/core/trained';

describe('the evaluation of a hopeless experiment', () => {
  let work: Workplace;

  /** Experiments get nothing right, and the evaluator stops after the first eight items where it may. */
  const hopeless = (request: JobRequest): Outcome => {
    const outcome = perform(request);
    const order = JSON.parse(String(request.files['evaluate.json'] ?? '{}')) as { model?: string; stopBehind?: Bar };
    if (request.kind !== 'evaluate' || order.model === '/models/tiny') return outcome;
    const { 'items.jsonl': text = '', 'result.json': result = '{}' } = outcome.artifacts ?? {};
    const wrong = text.trim().replaceAll('"correct":true', '"correct":false').split('\n');
    if (!order.stopBehind) return { ...outcome, artifacts: { 'result.json': result, 'items.jsonl': wrong.join('\n') } };
    const stopped = { after: 8, of: wrong.length, behind: order.stopBehind.model };
    const told = JSON.stringify({ ...(JSON.parse(result) as object), stopped });
    return { ...outcome, artifacts: { 'result.json': told, 'items.jsonl': wrong.slice(0, 8).join('\n') } };
  };
  const orderOf = (part: string) => {
    const id = work.box.started.find((started) => started.includes(part)) ?? '';
    return JSON.parse(String(work.box.request(id).files['evaluate.json'])) as { stopBehind?: Bar };
  };

  it('may be stopped early; the score says so, and is compared over the same items only', async () => {
    work = await openWorkplace({ box: new FakeBox(hopeless) });
    await trained(work.journal);
    const { items } = await work.evaluations.evaluate('baseline', 'dev');
    const { score, toBaseline } = await work.evaluations.evaluate('01-a', 'dev');
    const { stopBehind } = orderOf('-eval-01-a-dev');
    assert.deepEqual([stopBehind?.model, stopBehind?.alpha], ['baseline', 0.05]);
    assert.deepEqual(stopBehind?.scores, Object.fromEntries(items.map(({ id, correct }) => [id, Number(correct)])));
    assert.deepEqual([score.n, toBaseline?.n, score.partial], [8, 8, { asked: 8, of: 20, behind: 'baseline' }]);
    // Eight items that all got worse would say so if there were a test.
    assert.deepEqual([toBaseline?.verdict, toBaseline?.pValue], ['no evidence', 1]);
    assert.match(toBaseline?.method ?? '', /not tested: an evaluation was stopped early/);
    const row = /\| 01-a \|.*n 8; partial, 8 of 20 items: stopped early, hopeless behind baseline/;
    assert.match(writeReport(work.journal.view, []), row);
    assert.deepEqual(await work.evaluations.evaluate('01-a', 'dev'), {
      ...(await work.evaluations.evaluate('01-a', 'dev')),
      score,
    });
    assert.equal((await work.evaluations.compare('01-a', 'baseline', 'dev')).n, 8);
    assert.deepEqual(candidatesOf(work.journal.view), []);
    const { ok, content } = await work.call('finish', { summary: 's', best: '01-a' });
    assert.ok(!ok && /The evaluation of 01-a was stopped early/.test(content), content);
  });

  it('is measured against the best so far that was asked everything; each of those could have been it', async () => {
    let left = 1;
    work = await openWorkplace({
      box: new FakeBox((request) =>
        request.id.includes('-eval-02-b') && left-- > 0 ? hopeless(request) : perform(request),
      ),
    });
    for (const id of ['01-a', '02-b', '03-c']) await trained(work.journal, id);
    for (const id of ['baseline', '01-a', '02-b', '03-c']) await work.evaluations.evaluate(id, 'dev');
    const { stopBehind } = orderOf('-eval-03-c-dev');
    assert.deepEqual([stopBehind?.model, stopBehind?.alpha], ['01-a', 0.025]);
  });

  it('is never stopped where it decides: neither the baseline nor the promotion', async () => {
    work = await openWorkplace({ box: new FakeBox(hopeless) });
    await trained(work.journal);
    await work.evaluations.evaluate('baseline', 'dev');
    await work.evaluations.evaluate('01-a', 'promotion');
    assert.deepEqual(
      [orderOf('-eval-baseline-dev').stopBehind, orderOf('-eval-01-a-promotion').stopBehind],
      [undefined, undefined],
    );
  });
});
