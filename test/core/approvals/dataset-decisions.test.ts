/** A person's decisions about a dataset: with other mapping or filters, and for good. */
import assert from 'node:assert/strict';
import { allowAgain, neverFile, readNever, rememberDecision } from '../../../src/core/approvals/never';
import { sourceText } from '../../../src/core/approvals/source-text';
import { sourceHash } from '../../../src/core/data/recipe';
import type { DecisionInput } from '../../../src/core/run/runs';
import type { Proposal } from '../../../src/core/run/types';
import { factsOf, openWorkplace, type Workplace } from '../../support/core/kit';

const mapping = { prompt: 'Question: {question}\nAnswer:', completion: ' {answer}' };

/** A dataset that waits for a person, and the answer that the agent will get. */
async function waiting(): Promise<{ work: Workplace; proposal: Proposal; answer: Promise<Record<string, unknown>> }> {
  const work = await openWorkplace({ config: { autonomy: 'ask-data-and-scripts' } });
  await work.call('inspect_dataset', { id: 'lab/qa' });
  await work.call('check_overlap', { id: 'lab/qa', questionColumn: 'question', answerColumn: 'answer' });
  const made = new Promise<Proposal>((resolve) => {
    work.journal.onChange(({ proposals: [first] }) => first && resolve(first.proposal));
  });
  const answer = work.call('propose_dataset', { id: 'lab/qa', why: 'fits', mapping }).then(factsOf);
  return { work, proposal: await made, answer };
}

const say = (proposal: Proposal, rest: Partial<DecisionInput>): DecisionInput => ({
  ...{ verdict: 'approve', hash: proposal.hash, surface: 'test' },
  ...rest,
});

function textWith(proposal: Proposal, change: Record<string, unknown>): string {
  assert.equal(proposal.subject.kind, 'dataset');
  if (proposal.subject.kind !== 'dataset') return '';
  return JSON.stringify({ ...(JSON.parse(sourceText(proposal.subject.source)) as object), ...change });
}

describe('a dataset whose use a person edits', () => {
  it('is approved exactly as edited, with a hash of its own, and used so', async () => {
    const { work, proposal, answer } = await waiting();
    const filters = [{ kind: 'length', unit: 'words', max: 50 }];
    const decision = await work.broker.decide(
      proposal.id,
      say(proposal, { editedSource: textWith(proposal, { filters, maxRows: 10 }) }),
    );
    assert.ok(decision.edited?.source);
    assert.equal(decision.edited.hash, sourceHash(decision.edited.source));
    assert.notEqual(decision.edited.hash, proposal.hash);
    const told = (await answer)['edited'] as { filters: unknown; maxRows: number };
    assert.deepEqual([told.filters, told.maxRows], [filters, 10]);
    await work.call('evaluate', { experiment: 'baseline' });
    const script = { slug: 'a', parent: null, hypothesis: 'h', sources: [{ id: 'lab/qa' }], config: {} };
    const written = new Promise<Proposal>((resolve) => {
      work.journal.onChange(({ proposals }) => proposals[1] && resolve(proposals[1].proposal));
    });
    const stop = new AbortController();
    const call = work.call('write_script', script, 'write', stop.signal).catch(() => undefined);
    const { subject } = await written;
    stop.abort();
    await call;
    assert.equal(subject.kind, 'script');
    if (subject.kind === 'script') assert.deepEqual(subject.recipe.sources[0]?.filters, filters);
  });

  it('counts as unchanged when nothing was changed', async () => {
    const { work, proposal, answer } = await waiting();
    const decision = await work.broker.decide(proposal.id, say(proposal, { editedSource: textWith(proposal, {}) }));
    assert.equal(decision.edited, undefined);
    assert.equal((await answer)['edited'], undefined);
  });

  for (const [what, change, message] of [
    ['is not JSON', undefined, /not a JSON object/],
    ['names a filter that there is not', { filters: [{ kind: 'magic' }] }, /filters\[0\]/],
    ['has a field that there is not', { upsampel: 3 }, /upsampel/],
    [
      'uses a column whose overlap was not checked',
      { mapping: { prompt: '{hint}', completion: '{answer}' } },
      /overlap of hint/,
    ],
    [
      'answers with a column whose overlap was not checked',
      { mapping: { prompt: '{question}', completion: '{answer}{hint?}' } },
      /overlap of hint/,
    ],
  ] as const) {
    it(`is refused and stays open when the text ${what}`, async () => {
      const { work, proposal } = await waiting();
      const editedSource = change === undefined ? '{"mapping": ' : textWith(proposal, change);
      await assert.rejects(work.broker.decide(proposal.id, say(proposal, { editedSource })), message);
      assert.equal(work.journal.view.proposals[0]?.decision, null);
      assert.equal(work.journal.view.state, 'waiting');
    });
  }

  it('stays the dataset that was checked: another id is not read', async () => {
    const { work, proposal } = await waiting();
    const editedSource = textWith(proposal, { dataset: { id: 'lab/other' } });
    const { edited } = await work.broker.decide(proposal.id, say(proposal, { editedSource }));
    assert.equal(edited?.source?.dataset.id ?? 'lab/qa', 'lab/qa');
  });
});

describe('a dataset that a person never wants to see again', () => {
  it('is remembered with the reason, refused from then on, listed, and allowed again on demand', async () => {
    const { work, proposal, answer } = await waiting();
    const decision = await work.broker.decide(
      proposal.id,
      say(proposal, { verdict: 'reject', never: true, reason: 'our own test' }),
    );
    await rememberDecision(work.store, work.journal.view, decision);
    assert.deepEqual(await answer.then(({ decision: word, reason, never }) => [word, reason, never]), [
      'rejected',
      'our own test',
      true,
    ]);
    assert.deepEqual(await readNever(work.store), [{ dataset: 'lab/qa', reason: 'our own test', run: 'run-1' }]);
    const again = await work.call('propose_dataset', { id: 'LAB/QA', why: 'but', mapping });
    assert.match(again.content, /never wants LAB\/QA to be proposed again: our own test/);
    assert.equal(work.journal.view.proposals.length, 1);
    assert.equal(await allowAgain(work.store, 'lab/qa'), true);
    assert.equal(await allowAgain(work.store, 'lab/qa'), false);
    assert.deepEqual(await readNever(work.store), []);
  });

  it('is only remembered when the decision says so', async () => {
    const { work, proposal } = await waiting();
    const decision = await work.broker.decide(proposal.id, say(proposal, { verdict: 'reject', reason: 'not now' }));
    await rememberDecision(work.store, work.journal.view, decision);
    assert.equal(await work.store.read(neverFile), undefined);
  });

  for (const [one, other] of [
    ['file:data/x.jsonl', 'file:./data/../data/x.jsonl'],
    ['file:data/x.jsonl', 'file://data//x.jsonl'],
    ['box:/data/x.jsonl', 'box:/data/./x.jsonl'],
  ] as const) {
    it(`is known by every name of its file: ${other}`, async () => {
      const work = await openWorkplace();
      await work.store.write(neverFile, JSON.stringify([{ dataset: one, reason: 'ours', run: 'r' }]));
      const { content } = await work.call('propose_dataset', { id: other, why: 'fits', mapping });
      assert.match(content, /never wants .* to be proposed again: ours/);
    });
  }

  it('is not guessed from a file that cannot be read: that is said', async () => {
    const work = await openWorkplace();
    await work.store.write(neverFile, '["lab/qa"]');
    const { content } = await work.call('propose_dataset', { id: 'lab/qa', why: 'fits', mapping });
    assert.match(content, /never\.json is not a list/);
  });
});
