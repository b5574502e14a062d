/** Finds the proposal that a person is asked about. */
import type { ProposalView } from '../../core/run/view';

/** The latest proposal to use this dataset that nobody has decided. */
export function waitingDataset(id: string, proposals: readonly ProposalView[]): ProposalView | undefined {
  return proposals.findLast(
    ({ proposal, decision }) =>
      decision === null && proposal.subject.kind === 'dataset' && proposal.subject.sheet.id === id,
  );
}
