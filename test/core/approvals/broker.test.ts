import assert from 'node:assert/strict';
import { getEventListeners, setMaxListeners } from 'node:events';
import { ApprovalBroker } from '../../../src/core/approvals/broker';
import { approvedHash } from '../../../src/core/approvals/decide';
import { scriptHash } from '../../../src/core/experiments/files';
import { MlInternError } from '../../../src/core/errors';
import type { Journal } from '../../../src/core/run/journal';
import type { DecisionInput } from '../../../src/core/run/runs';
import type { Decision } from '../../../src/core/run/types';
import { count, openJournal } from '../../support/core/journal';
import { MemoryStore } from '../../support/core/memory-store';
import { Random } from '../../support/core/random';
import { datasetProposal, launchProposal, scriptProposal } from '../../support/core/samples';

const told: string[] = [];
const notifier = { notify: (message: string) => void told.push(message) };
const never = new AbortController().signal;
const answer = (id: string, rest: Partial<DecisionInput> = {}): DecisionInput => ({
  verdict: 'approve',
  hash: `hash-${id}`,
  surface: 'test',
  ...rest,
});

let store: MemoryStore;
let journal: Journal;
let broker: ApprovalBroker;

/** What a restart does: everything in memory is gone. */
async function restart(): Promise<void> {
  journal = await openJournal(store);
  broker = new ApprovalBroker(journal, notifier);
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the approval broker', () => {
  beforeEach(async () => {
    told.length = 0;
    store = new MemoryStore();
    await restart();
  });

  it('records the proposal before it asks, and waits for the decision', async () => {
    const asked = broker.request(datasetProposal('a'), never);
    await settled();
    assert.equal(count(journal, 'proposal.made'), 1);
    assert.equal(told.length, 1);
    await broker.decide('a', answer('a', { reason: '  good  ' }));
    const decision = await asked;
    assert.deepEqual(
      [decision.verdict, decision.by, decision.reason, decision.surface, decision.hash],
      ['approve', 'person', 'good', 'test', 'hash-a'],
    );
  });

  it('lets the policy decide without asking anybody, and says which rule did', async () => {
    const decision = await broker.request(launchProposal('l'), never);
    assert.deepEqual([decision.by, decision.rule], ['policy', 'approved-script']);
    assert.equal(told.length, 0);
    assert.equal(journal.view.state, 'running');
  });

  it('asks once although the same call asks twice, and answers both', async () => {
    const both = [broker.request(datasetProposal('a'), never), broker.request(datasetProposal('a'), never)];
    await settled();
    await broker.decide('a', answer('a'));
    const [first, second] = await Promise.all(both);
    assert.deepEqual(first, second);
    assert.equal(count(journal, 'proposal.made'), 1);
    assert.equal(count(journal, 'proposal.decided'), 1);
  });

  it('does not miss a decision that a view makes the moment it sees the proposal', async () => {
    let once = true;
    journal.onChange((view) => {
      if (!once || view.state !== 'waiting') return;
      once = false;
      void broker.decide('a', answer('a'));
    });
    assert.equal((await broker.request(datasetProposal('a'), never)).verdict, 'approve');
  });

  it('finds its decision again after a restart, whether made before or while nobody drove', async () => {
    void broker.request(datasetProposal('a'), never);
    await settled();
    await restart();
    await broker.decide('a', answer('a', { verdict: 'reject', reason: 'too noisy' }));
    await restart();
    assert.equal((await broker.request(datasetProposal('a'), never)).reason, 'too noisy');
    assert.equal(count(journal, 'proposal.made'), 1);
  });

  it('keeps the first decision when it is decided twice', async () => {
    void broker.request(datasetProposal('a'), never);
    await settled();
    const [first, second] = await Promise.all([
      broker.decide('a', answer('a')),
      broker.decide('a', answer('a', { verdict: 'reject', hash: 'whatever' })),
    ]);
    assert.deepEqual(second, first);
    assert.equal(count(journal, 'proposal.decided'), 1);
  });

  it('refuses a decision about something else than what was shown, and stays pending', async () => {
    void broker.request(datasetProposal('a'), never);
    await settled();
    await assert.rejects(broker.decide('a', answer('a', { hash: 'old' })), (error) =>
      MlInternError.is(error, 'not-approved'),
    );
    assert.equal(journal.view.state, 'waiting');
  });

  it('refuses a decision about a proposal that does not exist', async () => {
    await assert.rejects(broker.decide('z', answer('z')), (error) => MlInternError.is(error, 'bad-input'));
  });

  it('refuses a call whose content is not what it proposed', async () => {
    void broker.request(scriptProposal('a'), never);
    await settled();
    await assert.rejects(broker.request(scriptProposal('a', 'evil()', 'other'), never), (error) =>
      MlInternError.is(error, 'not-approved'),
    );
  });

  it('binds an edited script to its own hash, which from then on is what is approved', async () => {
    const proposal = scriptProposal('a');
    void broker.request(proposal, never);
    await settled();
    const decision = await broker.decide('a', answer('a', { editedScript: 'print(2)' }));
    const edited = { ...proposal.subject, script: 'print(2)' };
    assert.equal(approvedHash(decision), scriptHash(edited));
    assert.notEqual(approvedHash(decision), proposal.hash);
    const again = await broker.request(scriptProposal('b', 'print(2)', scriptHash(edited)), never);
    assert.equal(again.rule, 'approved-before');
    const original = broker.request(scriptProposal('c', 'print(1)', proposal.hash), never);
    await settled();
    assert.equal(journal.view.state, 'waiting', 'The script as first proposed was not approved.');
    void original;
  });

  it('takes an edit that changes nothing for a plain approval, and none for anything but scripts', async () => {
    void broker.request(scriptProposal('a'), never);
    void broker.request(datasetProposal('d'), never);
    await settled();
    assert.equal((await broker.decide('a', answer('a', { editedScript: 'print(1)' }))).edited, undefined);
    await assert.rejects(broker.decide('d', answer('d', { editedScript: 'x' })), (error) =>
      MlInternError.is(error, 'bad-input'),
    );
  });

  it('holds several proposals at once and answers each on its own', async () => {
    const asked = ['a', 'b', 'c'].map((id) => broker.request(datasetProposal(id), never));
    await settled();
    assert.equal(journal.view.proposals.length, 3);
    await Promise.all([
      broker.decide('c', answer('c')),
      broker.decide('a', answer('a', { verdict: 'reject' })),
      broker.decide('b', answer('b')),
    ]);
    assert.deepEqual(
      (await Promise.all(asked)).map(({ verdict }) => verdict),
      ['reject', 'approve', 'approve'],
    );
  });

  it('leaves the proposal pending when it is stopped while waiting, and lets go of the signal', async () => {
    const stopping = new AbortController();
    const asked = broker.request(datasetProposal('a'), stopping.signal);
    const other = broker.request(datasetProposal('b'), stopping.signal);
    await settled();
    await broker.decide('b', answer('b'));
    await other;
    assert.equal(getEventListeners(stopping.signal, 'abort').length, 1);
    stopping.abort();
    await assert.rejects(asked, (error) => MlInternError.is(error, 'cancelled'));
    assert.equal(journal.view.state, 'waiting');
    assert.equal((await broker.decide('a', answer('a'))).verdict, 'approve');
  });

  it('makes the proposals of parallel calls one after the other, each seeing those before', async () => {
    const seen: number[] = [];
    const make = (id: string) => async () => {
      await settled();
      seen.push(journal.view.proposals.length);
      return scriptProposal(id);
    };
    await Promise.all(['a', 'b', 'a'].map((id) => broker.propose(id, make(id))));
    assert.deepEqual(seen, [0, 1]);
    await assert.rejects(broker.propose('c', () => Promise.reject(new Error('no'))));
    assert.equal((await broker.propose('d', make('d'))).id, 'd');
  });

  for (let seed = 1; seed <= 60; seed++) {
    it(`ends in exactly one decision for each proposal, however decisions, stops and reloads fall (seed ${seed})`, async () => {
      const random = new Random(seed);
      const ids: [string, ...string[]] = ['a', 'b', 'c'];
      let stopping = new AbortController();
      setMaxListeners(0, stopping.signal);
      const heard = new Map<string, Decision[]>();
      const ask = (id: string) =>
        broker.request(datasetProposal(id), stopping.signal).then(
          (decision) => void heard.set(id, [...(heard.get(id) ?? []), decision]),
          () => undefined,
        );
      ids.forEach((id) => void ask(id));
      for (let step = 0; step < 25; step++) {
        const id = random.pick(ids);
        const act = random.below(10);
        if (act < 4)
          void broker.decide(id, answer(id, { verdict: random.pick(['approve', 'reject']) })).catch(() => undefined);
        else if (act < 7) void ask(id);
        else if (act === 7) {
          stopping.abort();
          stopping = new AbortController();
        } else if (act === 8) {
          await settled();
          stopping.abort();
          stopping = new AbortController();
          await restart();
        } else await settled();
      }
      await settled();
      await Promise.all(
        ids.map((id) => ask(id)).concat(ids.map((id) => broker.decide(id, answer(id)).then(() => undefined))),
      );
      for (const id of ids) {
        const { decision } = journal.view.proposals.find(({ proposal }) => proposal.id === id) ?? {};
        for (const one of heard.get(id) ?? []) assert.deepEqual(one, decision);
      }
      assert.equal(count(journal, 'proposal.made'), 3);
      assert.equal(count(journal, 'proposal.decided'), 3);
    });
  }
});
