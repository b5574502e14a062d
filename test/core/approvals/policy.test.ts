import assert from 'node:assert/strict';
import { applyPolicy } from '../../../src/core/approvals/policy';
import type { Autonomy, Proposal, ShorterRows } from '../../../src/core/run/types';
import { datasetProposal, launchProposal, overlap, scriptProposal, sheet, source } from '../../support/core/samples';

const publish: Proposal = {
  ...launchProposal('p'),
  kind: 'publish',
  subject: { kind: 'publish', target: 'hub', what: 'the model' },
};
const spend: Proposal = {
  ...launchProposal('s'),
  kind: 'spend',
  subject: { kind: 'spend', what: 'box', amount: '2 €' },
};
const contaminated = overlap('lab/qa', [3, 5, 8, 13]);
const denied = datasetProposal('d', { sheet: sheet('lab/qa', { licence: 'cc-by-nc-4.0', licenceVerdict: 'deny' }) });
const unclear = datasetProposal('d', { sheet: sheet('lab/qa', { licence: null, licenceVerdict: 'ask' }) });
const blocked = datasetProposal('d', { overlap: contaminated });
const mended = datasetProposal('d', {
  overlap: contaminated,
  source: source('lab/qa', { excludeRows: [3, 5, 8, 13] }),
});
const halfMended = datasetProposal('d', { overlap: contaminated, source: source('lab/qa', { excludeRows: [3, 5] }) });
const unchecked = datasetProposal('d', { overlap: null });

const levels: Autonomy[] = ['ask-everything', 'ask-data-and-scripts', 'autopilot'];
/** What is answered at each level; `ask` is a person's turn. */
const table: [string, Proposal, [string, string, string]][] = [
  ['publishing', publish, ['ask', 'ask', 'ask']],
  ['spending money', spend, ['ask', 'ask', 'approve autopilot']],
  ['a script', scriptProposal('x'), ['ask', 'ask', 'approve autopilot']],
  ['a script that names secrets', scriptProposal('x', 'print(os.environ["HF_TOKEN"])'), ['ask', 'ask', 'ask']],
  ['a script whose check failed', lookedAt({ unchecked: 'it crashed' }), ['ask', 'ask', 'ask']],
  ['a script checked in part', lookedAt({ unchecked: 'no box', findings: [] }), ['ask', 'ask', 'approve autopilot']],
  ['a script with shorter rows', lookedAt({ shorter: { after: '01-a', from: 512, to: 256 } }), ['ask', 'ask', 'ask']],
  ['a launch', launchProposal('x'), ['ask', 'approve approved-script', 'approve autopilot']],
  ['a clean dataset', datasetProposal('d'), ['ask', 'ask', 'approve autopilot']],
  ['a dataset with a denied licence', denied, rejected('licence-denied')],
  ['a dataset that was not checked', unchecked, rejected('overlap-unchecked')],
  ['a dataset without a licence', unclear, ['ask', 'ask', 'reject licence-unclear']],
  ['a contaminated dataset', blocked, ['ask', 'ask', 'reject overlap-blocked']],
  ['a contaminated dataset, partly cleaned', halfMended, ['ask', 'ask', 'reject overlap-blocked']],
  ['a contaminated dataset whose flagged rows are left out', mended, ['ask', 'ask', 'approve autopilot']],
];

function lookedAt(checked: { unchecked?: string; findings?: []; shorter?: ShorterRows }): Proposal {
  const proposal = scriptProposal('x');
  return { ...proposal, subject: { ...proposal.subject, ...checked } as Proposal['subject'] };
}

function rejected(rule: string): [string, string, string] {
  return [`reject ${rule}`, `reject ${rule}`, `reject ${rule}`];
}

describe('the approval policy', () => {
  for (const [what, proposal, answers] of table) {
    for (const [index, autonomy] of levels.entries()) {
      it(`answers "${answers[index]}" to ${what} with ${autonomy}`, () => {
        const answer = applyPolicy(proposal, { autonomy, approvedHashes: new Set() });
        assert.equal(answer ? `${answer.verdict} ${answer.rule}` : 'ask', answers[index]);
        if (answer) assert.ok(answer.reason.length > 0, 'A person must see why.');
      });
    }
  }

  for (const proposal of [scriptProposal('x'), launchProposal('x')]) {
    it(`lets exactly the same ${proposal.kind} pass that was approved before, at any level`, () => {
      for (const autonomy of levels) {
        const facts = { autonomy, approvedHashes: new Set([proposal.hash]) };
        assert.equal(applyPolicy(proposal, facts)?.rule, 'approved-before');
      }
    });
  }

  it('never publishes or uses denied data because the same was approved before', () => {
    for (const autonomy of levels) {
      const facts = { autonomy, approvedHashes: new Set([publish.hash, denied.hash]) };
      assert.equal(applyPolicy(publish, facts), undefined);
      assert.equal(applyPolicy(denied, facts)?.verdict, 'reject');
    }
  });
});
