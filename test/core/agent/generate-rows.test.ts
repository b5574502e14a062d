import assert from 'node:assert/strict';
import type { ToolResult } from '../../../src/core/agent/toolbox';
import { MlInternError } from '../../../src/core/errors';
import { sha256 } from '../../../src/core/hash';
import { count, runFolder } from '../../support/core/journal';
import { factsOf, openWorkplace, type Settings, type Workplace } from '../../support/core/kit';
import { FakeTeacher, writes } from '../../support/core/fake-teacher';

const asked = {
  ...{ name: 'Sums', why: 'There are too few.', task: 'Write sums.', topics: ['small', 'large'], rows: 12 },
  budgetTokens: 100_000,
};

let work: Workplace;
let teacher: FakeTeacher;

async function open(settings: Settings = {}): Promise<void> {
  teacher = new FakeTeacher(writes);
  work = await openWorkplace({ ...settings, teacher, config: { autonomy: 'autopilot', ...settings.config } });
}

const generate = (rest: object = {}, id?: string) => work.call('generate_rows', { ...asked, ...rest }, id);

async function accepted(pending: Promise<ToolResult>): Promise<Record<string, unknown>> {
  const result = await pending;
  assert.ok(result.ok, result.content);
  return factsOf(result);
}

async function refused(pending: Promise<ToolResult>, told: RegExp): Promise<void> {
  const result = await pending;
  assert.equal(result.ok, false, result.content);
  assert.match(result.content, told);
}

describe('the tool that has rows written', () => {
  beforeEach(() => open());

  it('writes them to the run, counts their tokens, and tells what became of them', async () => {
    const facts = await accepted(generate());
    assert.deepEqual([facts['file'], facts['rows'], facts['ended']], ['data/sums.jsonl', 12, 'complete']);
    const text = await work.store.read(`${runFolder}/data/sums.jsonl`);
    assert.equal(facts['sha256'], sha256(text ?? ''));
    const { spend, generated } = work.journal.view;
    assert.equal(spend.inputTokens + spend.outputTokens, 4 * 150);
    assert.deepEqual([generated.length, generated[0]?.rows], [1, 12]);
  });

  it('keeps for the report what they were approved for, what was covered, and a few rows with their origin', async () => {
    const facts = await accepted(generate({}, 'call-w'));
    const [kept] = work.journal.view.generated;
    assert.equal(kept?.proposal, 'call-w');
    assert.deepEqual(kept?.coverage?.[0], { cell: 'small / plain / English', wanted: 6, accepted: 6 });
    assert.equal(kept?.examples?.length, 3);
    assert.deepEqual([kept.examples[0]?.model, kept.examples[0]?.cell], ['fake-1', 'small / plain / English']);
    assert.ok(!('examples' in facts), 'what a model wrote is no fact');
  });

  it('has every row checked against the whole evaluation on the box, of which nothing comes back', async () => {
    const facts = await accepted(generate());
    const id = work.box.started.find((job) => job.includes('-overlap-')) ?? assert.fail();
    const request = work.box.request(id);
    assert.equal(String(request.files['rows.jsonl']).trim().split('\n').length, 12);
    assert.ok(!JSON.stringify(facts).includes('zorb'));
  });

  it('shows a person the plan, the prompts and the price before anything is asked, and asks nothing when it is rejected', async () => {
    await open({ config: { autonomy: 'ask-data-and-scripts' } });
    const pending = generate();
    while (work.journal.view.proposals.length === 0) await Promise.resolve();
    const { proposal } = work.journal.view.proposals[0] ?? assert.fail();
    assert.ok(proposal.subject.kind === 'spend');
    assert.match(proposal.subject.details ?? '', /12 rows in 2 cells[\s\S]*Write sums\./);
    assert.match(proposal.subject.amount, /at most 100000 tokens/);
    await work.broker.decide(proposal.id, { hash: proposal.hash, verdict: 'reject', reason: 'no', surface: 'test' });
    const facts = await accepted(pending);
    assert.deepEqual([facts['decision'], facts['reason'], teacher.asked.length], ['rejected', 'no', 0]);
  });

  it('runs exactly what was approved: another plan under the same call is refused', async () => {
    await accepted(generate({}, 'call-x'));
    await refused(generate({ task: 'Write something else.' }, 'call-x'), /changed after it was made/);
  });

  it('answers a repeated call from the log, and pays nothing twice', async () => {
    await accepted(generate({}, 'call-y'));
    const before = teacher.asked.length;
    await accepted(generate({}, 'call-y'));
    assert.deepEqual([teacher.asked.length, count(work.journal, 'rows.generated')], [before, 1]);
  });

  it('counts the tokens of a teacher that fails half-way, and none of them twice', async () => {
    const failing = new FakeTeacher((request, number) =>
      number > 6 ? new MlInternError('model-not-found', 'The model is gone.', { next: 'x' }) : writes(request),
    );
    const open = work.kit.teachers.open;
    work.kit.teachers = { ...work.kit.teachers, open: () => Promise.resolve(failing) };
    await refused(generate({ rows: 60 }), /The model is gone/);
    const spent = () => work.journal.view.spend.inputTokens + work.journal.view.spend.outputTokens;
    const kept = (await work.store.read(`${runFolder}/data/sums.log.jsonl`))?.trim().split('\n').length ?? 0;
    assert.ok(kept > 0);
    assert.equal(spent(), kept * 150);
    work.kit.teachers = { ...work.kit.teachers, open };
    await accepted(generate({ rows: 60 }));
    assert.equal(spent(), (kept + teacher.asked.length) * 150);
  });

  it('goes on in a new process from what was paid', async () => {
    const stop = new AbortController();
    teacher.onAsk = (number) => number === 10 && stop.abort();
    const many = { ...asked, rows: 60 };
    await assert.rejects(work.call('generate_rows', many, 'call-z', stop.signal));
    const { store, box, clock } = work;
    await open({ store, box, clock });
    const facts = await accepted(work.call('generate_rows', many, 'call-z'));
    assert.equal(facts['rows'], 60);
    assert.ok(teacher.asked.length > 0 && teacher.asked.length < 12, String(teacher.asked.length));
  });

  it('refuses more tokens than the run has left, and an endpoint that nobody chose', async () => {
    await refused(generate({ budgetTokens: 10_000_000 }), /model tokens left/);
    const stranger = { kind: 'openai', baseUrl: 'https://stranger.example/v1', model: 'm' };
    await refused(generate({ teacher: stranger }), /not an endpoint that a person chose/);
    assert.equal(teacher.asked.length, 0);
  });

  it('asks on no box but the one of the run, whatever the autonomy', async () => {
    for (const autonomy of ['autopilot', 'ask-everything'] as const) {
      await open({ config: { autonomy } });
      for (const port of [undefined, 8000]) {
        const stranger = {
          kind: 'box',
          model: 'm',
          box: 'root@stranger.example',
          ...(port === undefined ? {} : { port }),
        };
        await refused(generate({ teacher: stranger }), /own box .*, not on root@stranger\.example/);
      }
      assert.equal(work.journal.view.proposals.length, 0);
    }
  });

  it('names the port of the box that it asks', async () => {
    await accepted(generate({ teacher: { kind: 'box', model: 'm', port: 8000 } }));
    const subject = work.journal.view.proposals[0]?.proposal.subject;
    assert.ok(subject?.kind === 'spend');
    assert.match(subject.what, /written by m at port 8000 of the box$/);
  });

  it('gives a source that a recipe can name, bound to its content, and the job gets the file', async () => {
    await accepted(generate({ prompt: 'Question: {prompt}\nAnswer:', completion: ' {completion}' }));
    await accepted(work.call('evaluate', { experiment: 'baseline' }));
    const sources = [{ id: 'data/sums.jsonl', weight: 50 }];
    const draft = { slug: 'draft', parent: null, hypothesis: 'h', sources, config: { max_steps: 5 } };
    const { experiment } = await accepted(work.call('write_script', draft));
    const [source] = work.journal.view.experiments[0]?.recipe.sources ?? [];
    const text = (await work.store.read(`${runFolder}/data/sums.jsonl`)) ?? '';
    assert.deepEqual(source, {
      dataset: {
        ...{ id: 'data/sums.jsonl', file: 'data/sums.jsonl', revision: `sha256:${sha256(text)}` },
        ...{ config: '', split: 'train' },
      },
      mapping: { prompt: 'Question: {prompt}\nAnswer:', completion: ' {completion}' },
      ...{ weight: 50, excludeRows: [] },
    });
    const { job } = await accepted(work.call('launch_job', { experiment, capMinutes: 5 }));
    assert.equal(work.box.request(String(job)).files['data/sums.jsonl'], text);
  });
});
