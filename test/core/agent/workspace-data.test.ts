/** Data files of the workspace in a run: inspected here, sent with the jobs that need them, and only as they were inspected. */
import assert from 'node:assert/strict';
import type { ToolResult } from '../../../src/core/agent/toolbox';
import { readOriginal, replay } from '../../../src/core/experiments/replay';
import { contentHash } from '../../../src/core/hash';
import type { JobRequest } from '../../../src/core/ports/box';
import type { DataSheet } from '../../../src/core/run/types';
import { runFolder } from '../../support/core/journal';
import { factsOf, openWorkplace, type Workplace } from '../../support/core/kit';
import { memoryRows } from '../../support/memory-rows';

const mapping = { prompt: 'Question: {question}\nAnswer:', completion: ' {answer}' };
const id = 'file:data/my rows.jsonl';
const [before, since] = ['ab'.repeat(32), 'cd'.repeat(32)];

let work: Workplace;
let content: string;

const open = async (box: string) => {
  content = before;
  work = await openWorkplace({
    config: { autonomy: 'autopilot', box },
    workspace: {
      rows: (path) =>
        Promise.resolve(
          memoryRows([{ question: 'What?', answer: 'That.', license: 'MIT' }], {
            ...{ id: `/workspace/${path}`, revision: `sha256:${content}` },
          }),
        ),
      file: (path) => Promise.resolve({ sha256: content, bytes: 3e9, source: `/workspace/${path}` }),
      list: () => Promise.resolve({ files: [], leftOut: 0, complete: true }),
    },
  });
};
const accepted = async (pending: Promise<ToolResult>) => {
  const result = await pending;
  assert.ok(result.ok, result.content);
  return factsOf(result);
};
const refused = async (pending: Promise<ToolResult>) => {
  const { ok, content: told } = await pending;
  assert.equal(ok, false, told);
  assert.match(told, /is not the file that was inspected: its content changed\..*propose it again/s);
};
/** The latest job of that kind. */
const job = (kind: JobRequest['kind']): JobRequest => {
  const requests = work.box.started.map((started) => work.box.request(started));
  return requests.findLast((request) => request.kind === kind) ?? assert.fail(`no ${kind} job`);
};
const used = async () => {
  await accepted(work.call('inspect_dataset', { id }));
  await accepted(work.call('check_overlap', { id }));
  await accepted(work.call('propose_dataset', { id, why: 'fits', mapping }));
  await accepted(work.call('evaluate', { experiment: 'baseline' }));
  const draft = { slug: 'x', parent: null, hypothesis: 'h', sources: [{ id }], config: { max_steps: 5 } };
  return String((await accepted(work.call('write_script', draft)))['experiment']);
};
const place = 'workspace/abababababab-my_rows.jsonl';
const file = { sha256: before, bytes: 3e9, source: '/workspace/data/my rows.jsonl' };

describe('a data file of the workspace', () => {
  it('goes with the check and the training on another machine, as a file that is never read into memory', async () => {
    await open('gpu1');
    const experiment = await used();
    for (const kind of ['overlap', 'train'] as const) {
      if (kind === 'train') await accepted(work.call('launch_job', { experiment, capMinutes: 5 }));
      const request = job(kind);
      assert.deepEqual(request.onDisk, { [place]: file });
      assert.equal(request.content.files[place], before);
      assert.equal(contentHash(request.content), request.approvedHash);
    }
    const { dataset } = work.journal.view.experiments[0]?.recipe.sources[0] ?? assert.fail();
    assert.deepEqual([dataset.id, dataset.file, dataset.revision], [id, place, `sha256:${before}`]);
    const proposed = work.journal.view.proposals.find(({ proposal }) => proposal.kind === 'dataset')?.proposal;
    const { sheet } = proposed?.subject as { sheet: DataSheet };
    assert.deepEqual([sheet.id, sheet.revision], [id, `sha256:${before}`]);
  });

  it('is read where it lies when this machine is the box', async () => {
    await open('local');
    await accepted(work.call('inspect_dataset', { id }));
    await accepted(work.call('check_overlap', { id }));
    assert.deepEqual(job('overlap').onDisk, {});
    assert.match(String(job('overlap').files['overlap.json']), /"file": "\/workspace\/data\/my rows\.jsonl"/);
  });

  it('is refused by a box that takes no files, before any job of the check is submitted', async () => {
    await open('hf-jobs:t4-small');
    work.kit.bench.takesFiles = false;
    await accepted(work.call('inspect_dataset', { id }));
    const { ok, content: told } = await work.call('check_overlap', { id });
    assert.equal(ok, false);
    assert.match(told, /lies on this machine, and the box hf-jobs:t4-small takes no files\..*dataset of the Hub/s);
    assert.deepEqual(work.box.started, []);
  });

  for (const box of ['gpu1', 'local'])
    it(`is refused when its content changed since it was inspected (box ${box})`, async () => {
      await open(box);
      const experiment = await used();
      content = since;
      await refused(work.call('check_overlap', { id }));
      await refused(work.call('launch_job', { experiment, capMinutes: 5 }));
      assert.equal(work.box.started.filter((started) => work.box.request(started).kind === 'train').length, 0);
    });

  it('is found again by a replay, and only with the same content', async () => {
    await open('gpu1');
    const experiment = await used();
    await accepted(work.call('launch_job', { experiment, capMinutes: 5 }));
    await accepted(work.call('wait_for_job', { job: job('train').id, minutes: 1 }));
    await accepted(work.call('evaluate', { experiment }));
    const { view } = work.journal;
    const original = await readOriginal(work.store, runFolder, view, experiment);
    const again = await openWorkplace({ workspace: work.kit.bench.workspace, config: { box: 'gpu2' } });
    const { preparation, evaluations } = again;
    const parts = { bench: again.kit.bench, preparation, evaluations, original };
    await replay(parts);
    const trained = again.box.started.map((started) => again.box.request(started)).find(({ kind }) => kind === 'train');
    assert.deepEqual(trained?.onDisk, { [place]: file });
    content = since;
    await assert.rejects(replay(parts), { reason: 'not-approved', message: /its content changed/ });
  });
});
