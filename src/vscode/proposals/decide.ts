/** What a person can answer: approve, edit then approve, reject with feedback. Every answer carries the hash that was shown. */
import * as vscode from 'vscode';
import type { DecisionInput } from '../../core/run/runs';
import type { Proposal } from '../../core/run/types';
import type { RunsModel } from '../runs-model';
import { documentPath, draftScheme } from './documents';
import type { DraftFiles } from './files';
import { closeProposal, findProposal, proposalUri } from './open';
import { documentFile } from './render';
import type { ProposalRef } from './target';

export class Decider {
  constructor(
    private readonly model: RunsModel,
    private readonly drafts: DraftFiles,
  ) {}

  async approve(ref: ProposalRef): Promise<void> {
    const proposal = await findProposal(this.model, ref);
    await this.send(ref, proposal, { verdict: 'approve' });
  }

  /** Opens a copy to edit, or the one begun earlier. */
  async edit(ref: ProposalRef): Promise<void> {
    const proposal = await findProposal(this.model, ref);
    if (proposal.subject.kind !== 'script') return;
    const uri = this.draftUri(ref.run, proposal);
    if (!this.drafts.has(uri)) await this.drafts.put(uri, proposal.subject.script);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
  }

  /** Approves the text of the copy as it stands on the screen, saved or not. */
  async approveEdited(ref: ProposalRef): Promise<void> {
    const proposal = await findProposal(this.model, ref);
    if (proposal.subject.kind !== 'script') return;
    const uri = this.draftUri(ref.run, proposal);
    const document = await vscode.workspace.openTextDocument(uri);
    const script = document.getText();
    if (document.isDirty) await document.save();
    const changed = script !== proposal.subject.script;
    await this.send(ref, proposal, { verdict: 'approve', ...(changed ? { editedScript: script } : {}) });
  }

  /** Asks for the reason unless it is given. False when the person changed their mind. */
  async reject(ref: ProposalRef, given?: string): Promise<boolean> {
    const proposal = await findProposal(this.model, ref);
    const reason = given ?? (await askForReason(proposal));
    if (reason === undefined) return false;
    await this.send(ref, proposal, { verdict: 'reject', reason });
    return true;
  }

  private async send(
    ref: ProposalRef,
    proposal: Proposal,
    answer: Pick<DecisionInput, 'verdict' | 'reason' | 'editedScript'>,
  ): Promise<void> {
    const decision = await this.model.decide(ref.run, ref.proposal, {
      ...answer,
      hash: proposal.hash,
      surface: 'editor',
    });
    const draft = this.draftUri(ref.run, proposal);
    await closeProposal([proposalUri(ref.run, proposal, 'proposal'), draft]);
    await this.drafts.forget(draft);
    if (decision.verdict !== answer.verdict) {
      const earlier = decision.verdict === 'approve' ? 'approved' : 'rejected';
      void vscode.window.showInformationMessage(`It had been ${earlier} already; the first decision stands.`);
    }
  }

  private draftUri(run: string, proposal: Proposal): vscode.Uri {
    const file = documentFile(proposal, 'proposal').replace(/\.py$/, '-edited.py');
    return vscode.Uri.from({
      scheme: draftScheme,
      path: documentPath({ run, proposal: proposal.id, role: 'proposal', file }),
    });
  }
}

async function askForReason(proposal: Proposal): Promise<string | undefined> {
  const reason = await vscode.window.showInputBox({
    title: `Reject: ${proposal.title}`,
    prompt: 'What is wrong, and what should the agent do instead? It reads this before its next step.',
    placeHolder: proposal.kind === 'dataset' ? 'e.g. the answers are too long' : 'e.g. use a lower learning rate',
    ignoreFocusOut: true,
    validateInput: (value) => (value.trim() === '' ? 'Say why, so that the agent can do better.' : undefined),
  });
  return reason?.trim();
}
