/** Turns what a surface says into a decision about a proposal: pure, idempotent, bound to the hash that was shown. */
import { MlInternError } from '../errors';
import { scriptHash } from '../experiments/files';
import type { DecisionInput } from '../run/runs';
import type { Decision, Proposal } from '../run/types';
import type { RunView } from '../run/view';

/** The decision that stands: the earlier one when there is one, else the new one (to be recorded). */
export function decideOn(
  view: RunView,
  proposalId: string,
  input: DecisionInput,
): { decision: Decision; isNew: boolean } {
  const entry = view.proposals.find(({ proposal }) => proposal.id === proposalId);
  if (!entry) {
    throw new MlInternError('bad-input', `The run has no proposal ${proposalId}.`, {
      next: 'Look at the pending proposals of the run and use one of their ids.',
    });
  }
  if (entry.decision) return { decision: entry.decision, isNew: false };
  if (input.hash !== entry.proposal.hash) {
    throw new MlInternError('not-approved', 'What was shown is not what is proposed now.', {
      next: 'Open the proposal again and decide on what it shows.',
    });
  }
  return { decision: toDecision(entry.proposal, input), isNew: true };
}

function toDecision(proposal: Proposal, input: DecisionInput): Decision {
  const decision: Decision = {
    proposal: proposal.id,
    hash: proposal.hash,
    verdict: input.verdict,
    by: 'person',
    surface: input.surface,
  };
  if (input.reason !== undefined && input.reason.trim() !== '') decision.reason = input.reason.trim();
  if (input.editedScript === undefined || input.verdict === 'reject') return decision;
  const { subject } = proposal;
  if (subject.kind !== 'script') {
    throw new MlInternError('bad-input', 'Only a script can be edited before it is approved.', {
      next: 'Approve or reject this proposal as it is.',
    });
  }
  if (input.editedScript === subject.script) return decision;
  const edited = { ...subject, script: input.editedScript };
  return { ...decision, edited: { hash: scriptHash(edited), script: input.editedScript } };
}

/** The hash that an approving decision allows. */
export function approvedHash(decision: Decision): string {
  return decision.edited?.hash ?? decision.hash;
}
