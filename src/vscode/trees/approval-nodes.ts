/** Rows of the Approvals tree: everything that waits for a person, oldest first. */
import type { ProposalKind } from '../../core/run/types';
import { proposalFacts } from '../facts';
import { brief } from '../format';
import type { Pending } from '../runs-model';
import type { TreeNode } from './node';

const icons: Record<ProposalKind, string> = {
  dataset: 'database',
  script: 'file-code',
  launch: 'rocket',
  spend: 'credit-card',
  publish: 'cloud-upload',
};

export function approvalNodes(pending: readonly Pending[]): TreeNode[] {
  return pending
    .toSorted((a, b) => a.entry.madeAt.localeCompare(b.entry.madeAt))
    .map(({ run, runName, entry: { proposal } }) => {
      const id = `approval/${run}/${proposal.id}`;
      return {
        id,
        label: proposal.title,
        description: runName,
        tooltip: proposal.why,
        icon: icons[proposal.kind],
        iconColor: 'charts.yellow',
        kind: `approval.${proposal.kind}`,
        command: 'mlIntern.approval.open',
        spoken: `Waiting for your approval: ${proposal.title}, run ${runName}`,
        run,
        proposal: proposal.id,
        children: [
          {
            id: `${id}/why`,
            label: 'Why',
            description: brief(proposal.why, 160),
            tooltip: proposal.why,
            icon: 'comment',
          },
          ...proposalFacts(proposal).map(({ label, value }) => ({
            id: `${id}/${label}`,
            label,
            description: brief(value, 160),
            tooltip: value,
            icon: 'circle-small',
          })),
        ],
      };
    });
}
