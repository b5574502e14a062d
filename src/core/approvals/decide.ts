/** Turns what a surface says into a decision about a proposal: pure, idempotent, bound to the hash that was shown. */
import { MlInternError } from '../errors';
import { sourceHash } from '../data/recipe';
import { scriptHash } from '../experiments/files';
import type { DecisionInput } from '../run/runs';
import type { Decision, Proposal } from '../run/types';
import type { RunView } from '../run/view';
import { editedSource } from './edited-source';

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
  if (input.verdict === 'reject') return input.never === true ? forGood(proposal, decision) : decision;
  const edited = editedContent(proposal, input);
  return edited === undefined ? decision : { ...decision, edited };
}

function forGood({ subject }: Proposal, decision: Decision): Decision {
  if (subject.kind === 'dataset') return { ...decision, never: true };
  throw new MlInternError('bad-input', 'Only a dataset can be rejected for good.', {
    next: 'Reject this proposal with a reason.',
  });
}

/** What is approved instead of what was proposed; undefined where nothing was changed. */
function editedContent({ subject }: Proposal, input: DecisionInput): Decision['edited'] {
  const { editedScript: script, editedSource: use } = input;
  if (script === undefined && use === undefined) return undefined;
  if (subject.kind === 'script' && script !== undefined)
    return script === subject.script ? undefined : { hash: scriptHash({ ...subject, script }), script };
  if (subject.kind === 'dataset' && use !== undefined) {
    const source = editedSource(subject, use);
    const hash = sourceHash(source);
    return hash === sourceHash(subject.source) ? undefined : { hash, source };
  }
  throw new MlInternError(
    'bad-input',
    'Only a script and the use of a dataset can be edited before they are approved.',
    {
      next: 'Approve or reject this proposal as it is.',
    },
  );
}

/** The hash that an approving decision allows. */
export function approvedHash(decision: Decision): string {
  return decision.edited?.hash ?? decision.hash;
}
