/** Proposals that only a person can decide. The policy's answer follows a moment after a proposal was made: those are not asked about. */
import { approvedHash } from '../core/approvals/decide';
import { applyPolicy } from '../core/approvals/policy';
import type { Proposal } from '../core/run/types';
import type { RunView } from '../core/run/view';

export function needsPerson(view: RunView): Proposal[] {
  const { config } = view;
  if (config === null) return [];
  const decisions = view.proposals.flatMap(({ decision }) => (decision?.verdict === 'approve' ? [decision] : []));
  const facts = { autonomy: config.autonomy, approvedHashes: new Set(decisions.map(approvedHash)) };
  return view.proposals
    .filter(({ proposal, decision }) => decision === null && applyPolicy(proposal, facts) === undefined)
    .map(({ proposal }) => proposal);
}
