/** What the agent is told of a dataset whose rows only the box can read. */
import assert from 'node:assert/strict';
import { MlInternError, type ErrorReason } from '../../../src/core/errors';
import type { Hub } from '../../../src/core/ports/hub';
import type { DataSheet } from '../../../src/core/run/types';
import { factsOf, hub, openWorkplace, perform, type Workplace } from '../../support/core/kit';
import { FakeBox } from '../../support/core/fake-box';

let work: Workplace;

const failing = (reason: ErrorReason) => () =>
  Promise.reject(new MlInternError(reason, 'No rows.', { next: 'Try again.' }));
const open = async (changes: Partial<Hub>, box = new FakeBox(perform)) => {
  work = await openWorkplace({ box });
  work.kit.hub = { ...hub, ...changes };
};
const inspect = (id = 'lab/far') => work.call('inspect_dataset', { id });
const sheetJobs = () => work.box.started.filter((id) => id.includes('-sheet-'));

describe('the tool that inspects a dataset', () => {
  it('has the box look at all rows when neither the viewer nor the files by range give any', async () => {
    await open({ rows: failing('hub-unavailable') });
    const { sheet } = factsOf(await inspect()) as unknown as { sheet: DataSheet };
    assert.deepEqual([sheet.sampled, sheet.rows, sheet.complete, sheet.duplicateShare], [5000, 5000, true, 0.01]);
    assert.deepEqual([sheet.format, sheet.licence, sheet.revision], ['question-answer', 'mit', 'r1']);
    assert.equal(sheet.from, 'its files on the box local');
    const [, counting = assert.fail()] = sheetJobs();
    const asked = JSON.parse(String(work.box.request(counting).files['sheet.json'])) as { count: object };
    assert.deepEqual(asked.count, {
      source: { dataset: { id: 'lab/far', revision: 'r1', config: null, split: 'train' } },
      ...{ mapping: sheet.mapping, maxTokens: 2048, tokenizer: '/models/tiny' },
    });
  });

  it('does so for a Hub that only the box reaches: what the card says is then for a person', async () => {
    await open({ datasetCard: failing('hub-unavailable') });
    const { sheet } = factsOf(await inspect()) as unknown as { sheet: DataSheet };
    assert.deepEqual([sheet.sampled, sheet.licence, sheet.licenceVerdict], [5000, null, 'ask']);
  });

  for (const reason of ['hub-not-found', 'hub-gated', 'bad-input'] as const)
    it(`does not for what no machine could read (${reason})`, async () => {
      await open({ rows: failing(reason) });
      const { ok, content } = await inspect();
      assert.deepEqual([ok, sheetJobs()], [false, []]);
      assert.match(content, /No rows\./);
    });

  it('tells what the box said when it cannot read them either', async () => {
    const error = { reason: 'hub-not-found', message: 'There is no dataset lab/far.', next: 'Check its id.' };
    const box = new FakeBox((request) =>
      request.kind === 'sheet'
        ? { state: 'failed', artifacts: { 'result.json': JSON.stringify({ error }) } }
        : perform(request),
    );
    await open({ rows: failing('hub-unavailable') }, box);
    const { ok, content } = await inspect();
    assert.equal(ok, false);
    assert.match(content, /There is no dataset lab\/far\..*Check its id\./s);
  });
});
