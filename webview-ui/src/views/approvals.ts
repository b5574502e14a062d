/** What waits for the person, as cards that stay in sight, and what was decided, by whom and why. */
import type { PanelApproval } from '../../../src/core/protocol/panel-view';
import { type Child, h, icon } from '../dom';
import { clock } from '../format';
import type { Host } from '../host';
import { badge, button, empty, facts } from './parts';

const kinds: Record<PanelApproval['kind'], { icon: string; open: string }> = {
  dataset: { icon: 'database', open: 'Open data sheet' },
  script: { icon: 'file-code', open: 'Open script' },
  launch: { icon: 'rocket', open: 'Open job' },
  spend: { icon: 'credit-card', open: 'Open' },
  publish: { icon: 'cloud-upload', open: 'Open' },
};

export interface ApprovalCard {
  approval: PanelApproval;
  trusted: boolean;
}

export function drawApproval({ approval, trusted }: ApprovalCard, host: Host): HTMLElement {
  const kind = kinds[approval.kind];
  const reason = h(
    'vscode-text-area',
    { rows: 1, resize: 'vertical', placeholder: 'What is wrong, and what should the agent do instead?' },
    'Feedback',
  );
  const complaint = h('p', { class: 'complaint', role: 'alert' });
  const text = (): string => ((reason as unknown as { value?: string }).value ?? '').trim();
  const decide = (verdict: 'approve' | 'reject'): void => {
    if (verdict === 'reject' && text() === '') {
      complaint.textContent = 'Say why, so that the agent can do better.';
      reason.focus();
      return;
    }
    host.send({
      type: 'decide',
      proposal: approval.id,
      hash: approval.hash,
      verdict,
      reason: verdict === 'reject' ? text() : '',
    });
  };
  return h(
    'article',
    { class: 'approval', 'aria-label': `Approval: ${approval.title}` },
    h('h3', {}, icon(kind.icon), approval.title),
    h('p', { class: 'why' }, approval.why),
    facts(approval.facts),
    h(
      'div',
      { class: 'decide' },
      button('Approve', 'check', () => decide('approve'), {
        appearance: 'primary',
        disabled: !trusted,
        label: `Approve ${approval.title}`,
      }),
      button(kind.open, 'go-to-file', () => host.send({ type: 'openProposal', proposal: approval.id })),
      h(
        'div',
        { class: 'reject' },
        reason,
        button('Reject', 'close', () => decide('reject'), { disabled: !trusted, label: `Reject ${approval.title}` }),
      ),
    ),
    complaint,
    h(
      'p',
      { class: 'hash muted', title: approval.hash },
      icon('lock'),
      `approves sha256:${approval.hash.slice(0, 16)}…, nothing else`,
    ),
  );
}

export function drawDecisions(approvals: readonly PanelApproval[]): Child[] {
  const decided = approvals.filter(({ decision }) => decision !== null);
  if (decided.length === 0) {
    return [
      empty(
        'No decision yet.',
        'Each decision about a dataset, a script or a launch is listed here with who took it and why.',
      ),
    ];
  }
  return [h('ul', { class: 'decisions' }, decided.map(drawDecision))];
}

function drawDecision(approval: PanelApproval): HTMLElement {
  const { decision } = approval;
  if (decision === null) return h('li', {});
  const approved = decision.verdict === 'approve';
  const who = decision.by === 'person' ? 'by you' : `by the policy${decision.rule === '' ? '' : ` (${decision.rule})`}`;
  return h(
    'li',
    {},
    badge(approved ? 'Approved' : 'Rejected', approved ? 'good' : 'bad', approved ? 'check' : 'close'),
    h(
      'div',
      { class: 'grow' },
      h(
        'div',
        {},
        h('strong', {}, approval.title),
        ' ',
        h('span', { class: 'muted' }, `${who}${decision.edited ? ', after an edit' : ''}`),
      ),
      decision.reason === '' ? null : h('div', { class: 'muted' }, decision.reason),
    ),
    h('span', { class: 'muted number' }, clock(approval.madeAt)),
  );
}
