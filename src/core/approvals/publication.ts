/** A person's approval of a publication: recorded with what was approved, before anything leaves this machine. */
import type { Journal } from '../run/journal';
import type { Proposal } from '../run/types';

export async function approvePublication(journal: Journal, proposal: Proposal, surface: string): Promise<void> {
  const { id, hash } = proposal;
  await journal.record('proposal.made', { proposal });
  await journal.record('proposal.decided', {
    decision: { proposal: id, hash, verdict: 'approve', by: 'person', surface },
  });
}
