import assert from 'node:assert/strict';
import type { ToolResult } from '../../../src/core/agent/toolbox';
import { finalStates } from '../../../src/core/ports/box';
import { candidatesOf } from '../../../src/core/run/promotion';
import { askOfTree, stopPruned } from '../../../src/core/run/tree-asks';
import type { DataSheet } from '../../../src/core/run/types';
import { count, runFolder } from '../../support/core/journal';
import { factsOf, openWorkplace, sentence, type Settings, type Workplace } from '../../support/core/kit';

const mapping = { prompt: 'Question: {question}\nAnswer:', completion: ' {answer}' };
const script = (slug: string, rest: object = {}) => ({
  ...{ slug, parent: null, hypothesis: 'it helps', sources: [{ id: 'lab/qa' }], config: { max_steps: 5 } },
  ...rest,
});

let work: Workplace;

async function open(settings: Settings = {}): Promise<void> {
  work = await openWorkplace({ ...settings, config: { autonomy: 'autopilot', ...settings.config } });
}

/** The same run in a new process. */
async function restart(): Promise<void> {
  const { store, box, clock } = work;
  work = await openWorkplace({ store, box, clock });
}

async function accepted(pending: Promise<ToolResult>): Promise<Record<string, unknown>> {
  const result = await pending;
  assert.ok(result.ok, result.content);
  return factsOf(result);
}

async function refused(pending: Promise<ToolResult>, message: RegExp): Promise<Record<string, unknown>> {
  const result = await pending;
  const facts = factsOf(result);
  assert.equal(result.ok, false, result.content);
  assert.match(String(facts['error']), message);
  assert.ok(String(facts['next']).length > 0);
  return facts;
}

async function approveData(id = 'lab/qa', rest: object = {}): Promise<Record<string, unknown>> {
  await accepted(work.call('inspect_dataset', { id }));
  await accepted(work.call('check_overlap', { id }));
  return accepted(work.call('propose_dataset', { id, why: 'fits', mapping, ...rest }));
}

async function readyToLaunch(): Promise<string> {
  await approveData();
  await accepted(work.call('evaluate', { experiment: 'baseline' }));
  return String((await accepted(work.call('write_script', script('draft'))))['experiment']);
}

describe('the tools for data', () => {
  beforeEach(() => open());

  it('refuse a dataset that was not inspected or not checked', async () => {
    await refused(work.call('propose_dataset', { id: 'lab/qa', why: 'w', mapping }), /was not inspected/);
    await refused(work.call('check_overlap', { id: 'lab/qa' }), /was not inspected/);
    await accepted(work.call('inspect_dataset', { id: 'lab/qa' }));
    await refused(work.call('propose_dataset', { id: 'lab/qa', why: 'w', mapping }), /was not checked/);
  });

  it('inspect a file of the workspace, and tell jobs where it lies and what is in it', async () => {
    const { sheet } = (await accepted(work.call('inspect_dataset', { id: 'file:rows.jsonl' }))) as { sheet: DataSheet };
    assert.deepEqual([sheet.id, sheet.revision, sheet.file], ['file:rows.jsonl', 'sha256:1', '/workspace/rows.jsonl']);
    await accepted(work.call('check_overlap', { id: 'file:rows.jsonl' }));
    const job = work.box.started.findLast((id) => id.includes('-overlap-')) ?? '';
    assert.match(String(work.box.request(job).files['overlap.json']), /"file": "\/workspace\/rows\.jsonl"/);
  });

  it('try a mapping on rows, and count those that it cannot use', async () => {
    const id = 'lab/qa';
    const found = await accepted(
      work.call('preview_rows', { id, mapping: { prompt: '{question}', completion: '{none}' } }),
    );
    assert.equal(found['mapped'], 0);
    assert.deepEqual(Object.keys(found['unmappedBy'] as object), ['missing']);
    assert.ok(Number((await accepted(work.call('preview_rows', { id })))['mapped']) > 0);
  });

  it('propose what the mapping makes of the rows looked at, and refuse one under which none can be used', async () => {
    await approveData();
    const { subject } = work.journal.view.proposals.at(-1)?.proposal ?? {};
    assert.ok(subject?.kind === 'dataset' && subject.use);
    assert.ok(subject.use.looked > 0);
    assert.deepEqual([subject.use.mapped, subject.use.cut.rows], [subject.use.looked, 0]);
    const useless = { prompt: '{question}', completion: '{none}' };
    await refused(
      work.call('propose_dataset', { id: 'lab/qa', why: 'w', mapping: useless }),
      /none of \d+ rows of lab\/qa can be used: a value that the mapping asks for is missing or empty/,
    );
    assert.equal(work.journal.view.proposals.length, 1);
  });

  it('refuse a split other than the one that was inspected', async () => {
    await accepted(work.call('inspect_dataset', { id: 'lab/qa', split: 'test' }));
    await accepted(work.call('check_overlap', { id: 'lab/qa', split: 'train' }));
    await refused(
      work.call('propose_dataset', { id: 'lab/qa', why: 'w', mapping, split: 'train' }),
      /data sheet of lab\/qa is of default\/test, not of default\/train/,
    );
    assert.equal(work.journal.view.proposals.length, 0);
  });

  it('refuse a split other than the one that was checked, and one that does not exist', async () => {
    await approveData();
    await accepted(work.call('inspect_dataset', { id: 'lab/qa', split: 'test' }));
    await refused(
      work.call('propose_dataset', { id: 'lab/qa', why: 'w', mapping, split: 'test' }),
      /default\/test.*not checked/,
    );
    await refused(work.call('check_overlap', { id: 'lab/qa', split: 'nope' }), /has no split \*\/nope/);
  });

  it('tell of an overlap its kinds, what the names give away in our words, and the rows beside the items', async () => {
    await accepted(work.call('inspect_dataset', { id: 'lab/leaky' }));
    const result = await work.call('check_overlap', { id: 'lab/leaky' });
    const facts = factsOf(result);
    assert.deepEqual(facts['kinds'], { verbatim: facts['hits'] });
    assert.match(String(facts['remarks']), /The source gsm8k of its rows stands for GSM8K itself/);
    assert.doesNotMatch(String(facts['remarks']), /ignore your rules/);
    assert.match(result.content, /row \d+, item \d+: verbatim, score 1\n {2}row: /);
  });

  it('refuse columns that the overlap check did not look at', async () => {
    await accepted(work.call('inspect_dataset', { id: 'lab/qa' }));
    await accepted(work.call('check_overlap', { id: 'lab/qa', questionColumn: 'answer' }));
    await refused(work.call('propose_dataset', { id: 'lab/qa', why: 'w', mapping }), /question.*not checked/);
    await accepted(work.call('check_overlap', { id: 'lab/qa', questionColumn: 'question' }));
    await refused(work.call('propose_dataset', { id: 'lab/qa', why: 'w', mapping }), /overlap of answer .*not checked/);
    await accepted(work.call('check_overlap', { id: 'lab/qa', questionColumn: 'question', answerColumn: 'answer' }));
    await accepted(work.call('propose_dataset', { id: 'lab/qa', why: 'w', mapping }));
  });

  it('leave out exactly the flagged rows when asked to, and are refused by policy when not', async () => {
    const blocked = await approveData('lab/leaky');
    assert.deepEqual([blocked['decision'], blocked['rule']], ['rejected', 'overlap-blocked']);
    const mended = await accepted(
      work.call('propose_dataset', { id: 'lab/leaky', why: 'w', mapping, leaveOutOverlap: true }),
    );
    assert.equal(mended['decision'], 'approved');
    const { subject } = work.journal.view.proposals.at(-1)?.proposal ?? {};
    assert.deepEqual(subject?.kind === 'dataset' && subject.source.excludeRows, [0, 4, 8, 12, 16, 20, 24, 28, 32, 36]);
  });

  it('let no licence pass that is denied or unclear', async () => {
    assert.equal((await approveData('lab/forbidden'))['rule'], 'licence-denied');
    assert.equal((await approveData('lab/unclear'))['rule'], 'licence-unclear');
  });

  it('refuse weights that are not above zero, and row counts that are no whole numbers above zero', async () => {
    await approveData();
    for (const wrong of [{ weight: 0 }, { weight: -1.5 }, { maxRows: -3 }, { maxRows: 0.5 }]) {
      await refused(work.call('propose_dataset', { id: 'lab/qa', why: 'w', mapping, ...wrong }), /Wrong arguments/);
      await refused(
        work.call('write_script', script('x', { sources: [{ id: 'lab/qa', ...wrong }] })),
        /Wrong arguments/,
      );
    }
  });
});

describe('the tools for papers', () => {
  it('note a literal quote once, and no invented one', async () => {
    await open();
    await refused(
      work.call('note_paper', { id: '1', claim: 'c', quote: 'Nobody ever wrote this sentence.' }),
      /not in paper/,
    );
    await accepted(work.call('note_paper', { id: '1', claim: 'c', quote: sentence }));
    await accepted(work.call('note_paper', { id: '1', claim: 'c', quote: sentence }));
    assert.equal(count(work.journal, 'paper.noted'), 1);
    assert.equal(work.store.text(`${runFolder}/papers/1.md`).split(sentence).length, 2);
  });

  it('take a recipe whose quotes are in the paper once, and none with invented support', async () => {
    await open();
    const row = { id: '1', result: { value: 'more right answers', quote: sentence } };
    const data = [{ value: 'plain questions', quote: 'Training on plain questions raises' }];
    await refused(
      work.call('note_recipe', { ...row, data: [{ value: '500 rows', quote: 'Training on 500 plain questions' }] }),
      /data\[0\]: the quote "Training on 500 plain questions" is not in paper 1/,
    );
    assert.equal(count(work.journal, 'recipe-row.noted'), 0);
    const { supported } = await accepted(work.call('note_recipe', { ...row, data }));
    assert.deepEqual(supported, ['result', 'data']);
    assert.equal((await accepted(work.call('note_recipe', { ...row, data })))['rows'], 1);
    assert.equal(count(work.journal, 'recipe-row.noted'), 1);
    assert.match(work.store.text(`${runFolder}/papers/recipe-table.md`), /more right answers \| – \| plain questions/);
  });
});

describe('the tools for experiments', () => {
  beforeEach(() => open());

  it('refuse a script on data that nobody approved, or on none', async () => {
    await refused(work.call('write_script', script('x')), /lab\/qa was not approved/);
    await refused(work.call('write_script', script('x', { sources: [] })), /at least one approved dataset/);
    await approveData('lab/forbidden');
    await refused(work.call('write_script', script('x', { sources: [{ id: 'lab/forbidden' }] })), /not approved/);
    assert.equal(count(work.journal, 'experiment.created'), 0);
  });

  it('refuse keys that the service sets, and parents that do not exist', async () => {
    await approveData();
    for (const key of ['base_model', 'data', 'output'])
      await refused(work.call('write_script', script('x', { config: { [key]: '/elsewhere' } })), /service sets/);
    await refused(work.call('write_script', script('x', { parent: '09-ghost' })), /no experiment 09-ghost/);
  });

  it('number parallel scripts apart and never exceed the number of experiments', async () => {
    await open({ config: { budget: { wallHours: 1, modelTokens: 1e6, experiments: 2 } } });
    await approveData();
    const results = await Promise.all(
      ['same', 'same', 'same'].map((slug, index) =>
        work.call('write_script', script(slug, { sources: [{ id: 'lab/qa', maxRows: index + 1 }] })),
      ),
    );
    assert.deepEqual(
      work.journal.view.experiments.map(({ id, recipe }) => [id, recipe.sources[0]?.maxRows]),
      [
        ['01-same', 1],
        ['02-same', 2],
      ],
    );
    assert.match(String(factsOf(results[2] ?? assert.fail())['error']), /All 2 experiments/);
  });

  it('write the edited script, and the run goes on with that one', async () => {
    await open({ config: { autonomy: 'ask-data-and-scripts' } });
    const decideNext = (edit: object) => {
      const off = work.journal.onChange((view) => {
        const open = view.proposals.find(({ decision }) => decision === null)?.proposal;
        if (!open) return;
        off();
        void work.broker.decide(open.id, { verdict: 'approve', hash: open.hash, surface: 'test', ...edit });
      });
    };
    decideNext({});
    await approveData();
    decideNext({ editedScript: 'print("better")' });
    const facts = await accepted(work.call('write_script', script('x')));
    assert.equal(facts['edited'], true);
    assert.equal(work.store.text(`${runFolder}/experiments/01-x/train.py`), 'print("better")');
    await accepted(work.call('evaluate', { experiment: 'baseline' }));
    await accepted(work.call('launch_job', { experiment: '01-x', capMinutes: 5 }));
    assert.equal(work.box.request(work.box.started.at(-1) ?? '').files['train.py'], 'print("better")');
  });

  it('close only experiments that exist, and call none promising without a score', async () => {
    const experiment = await readyToLaunch();
    await refused(
      work.call('record_experiment', { experiment: '09-x', outcome: 'failed', note: '' }),
      /no experiment 09-x/,
    );
    await refused(work.call('record_experiment', { experiment, outcome: 'promising', note: '' }), /has no score/);
    await accepted(work.call('record_experiment', { experiment, outcome: 'failed', note: 'oom' }));
    await refused(work.call('finish', { summary: 's', best: experiment }), /not an experiment with a dev score/);
    await accepted(work.call('finish', { summary: 's', best: null }));
    await accepted(work.call('finish', { summary: 'again', best: null }));
    assert.equal(count(work.journal, 'agent.finished'), 1);
  });

  it('start nothing from an experiment that a person stopped, and end its training; what failed is told in a table', async () => {
    const experiment = await readyToLaunch();
    await accepted(work.call('launch_job', { experiment, capMinutes: 5 }));
    await askOfTree(work.journal, { action: 'branch', experiment, note: 'Try less data.' });
    const said = () => work.journal.events.findLast(({ type }) => type === 'person.said')?.data as { text: string };
    assert.equal(said().text, `Try a new experiment with the parent ${experiment}. Try less data.`);
    await askOfTree(work.journal, { action: 'repeat', experiment, note: '' });
    assert.match(said().text, /^Repeat .* with another seed and nothing else changed \(repeat_experiment\)\.$/);
    await askOfTree(work.journal, { action: 'prune', experiment, note: '' });
    const stopped: string[] = [];
    const open = work.journal.view.jobs.filter(({ kind, state }) => kind === 'train' && !finalStates.has(state));
    await stopPruned(work.journal, { stop: (id) => Promise.resolve(void stopped.push(id)) });
    assert.deepEqual(
      stopped,
      open.map(({ id }) => id),
    );
    await refused(work.call('launch_job', { experiment, capMinutes: 5 }), /A person stopped the work on/);
    await refused(work.call('write_script', script('y', { parent: experiment })), /A person stopped the work on/);
    await assert.rejects(
      askOfTree(work.journal, { action: 'prune', experiment: '09-x', note: '' }),
      /no experiment 09-x/,
    );
    const facts = await accepted(work.call('record_experiment', { experiment, outcome: 'failed', note: 'oom' }));
    assert.deepEqual(facts['failures'], [{ experiment, cause: 'oom' }]);
    assert.deepEqual(candidatesOf({ ...work.journal.view, finish: { summary: '', best: experiment } }), []);
  });

  it('find their own result when a call is repeated after a restart', async () => {
    await approveData();
    const first = await accepted(work.call('write_script', script('x'), 'w1'));
    await restart();
    const again = await accepted(work.call('write_script', script('x'), 'w1'));
    assert.deepEqual([again['experiment'], again['decision']], [first['experiment'], first['decision']]);
    assert.equal(count(work.journal, 'experiment.created'), 1);
  });
});
