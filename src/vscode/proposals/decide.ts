/** What a person can answer: approve, edit then approve, reject with feedback. Every answer carries the hash that was shown. */
import * as vscode from 'vscode';
import { sourceText } from '../../core/approvals/source-text';
import type { DecisionInput } from '../../core/run/runs';
import type { Proposal } from '../../core/run/types';
import type { RunsModel } from '../runs-model';
import { documentPath, draftScheme } from './documents';
import type { DraftFiles } from './files';
import { closeProposal, findProposal, proposalUri } from './open';
import { documentFile } from './render';
import { sampleUri, type SamplePreviews } from './sample-previews';
import type { ProposalRef } from './target';

export class Decider {
  constructor(
    private readonly model: RunsModel,
    private readonly drafts: DraftFiles,
    private readonly samples: SamplePreviews,
  ) {}

  async approve(ref: ProposalRef): Promise<void> {
    const proposal = await findProposal(this.model, ref);
    await this.send(ref, proposal, { verdict: 'approve' });
  }

  /** Opens a copy to edit, or the one begun earlier; of a dataset also what the model will see of it. */
  async edit(ref: ProposalRef): Promise<void> {
    const proposal = await findProposal(this.model, ref);
    const text = editableText(proposal);
    if (text === undefined) return;
    const uri = this.draftUri(ref.run, proposal);
    if (!this.drafts.has(uri)) await this.drafts.put(uri, text);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
    if (proposal.kind === 'dataset') await this.samples.show(uri);
  }

  /** Approves the text of the copy as it stands on the screen, saved or not. */
  async approveEdited(ref: ProposalRef): Promise<void> {
    const proposal = await findProposal(this.model, ref);
    const proposed = editableText(proposal);
    if (proposed === undefined) return;
    const uri = this.draftUri(ref.run, proposal);
    const document = await vscode.workspace.openTextDocument(uri);
    const text = document.getText();
    if (document.isDirty) await document.save();
    const edited = proposal.kind === 'script' ? { editedScript: text } : { editedSource: text };
    await this.send(ref, proposal, { verdict: 'approve', ...(text === proposed ? {} : edited) });
  }

  /** Asks for the reason unless it is given. False when the person changed their mind. */
  async reject(ref: ProposalRef, given?: string): Promise<boolean> {
    const proposal = await findProposal(this.model, ref);
    const reason = given ?? (await askForReason(proposal));
    if (reason === undefined) return false;
    await this.send(ref, proposal, { verdict: 'reject', reason });
    return true;
  }

  /** Rejects a dataset for every run of the workspace. */
  async never(ref: ProposalRef): Promise<void> {
    const proposal = await findProposal(this.model, ref);
    const reason = await askForReason(proposal);
    if (reason !== undefined) await this.send(ref, proposal, { verdict: 'reject', reason, never: true });
  }

  private async send(
    ref: ProposalRef,
    proposal: Proposal,
    answer: Pick<DecisionInput, 'verdict' | 'reason' | 'editedScript' | 'editedSource' | 'never'>,
  ): Promise<void> {
    const decision = await this.model.decide(ref.run, ref.proposal, {
      ...answer,
      hash: proposal.hash,
      surface: 'editor',
    });
    const draft = this.draftUri(ref.run, proposal);
    await closeProposal([proposalUri(ref.run, proposal, 'proposal'), draft, sampleUri(draft)]);
    await this.drafts.forget(draft);
    if (decision.verdict !== answer.verdict) {
      const earlier = decision.verdict === 'approve' ? 'approved' : 'rejected';
      void vscode.window.showInformationMessage(`It had been ${earlier} already; the first decision stands.`);
    }
  }

  private draftUri(run: string, proposal: Proposal): vscode.Uri {
    const file = documentFile(proposal, 'proposal').replace(/\.py$/, '-edited.py').replace(/\.md$/, '-rows.json');
    return vscode.Uri.from({
      scheme: draftScheme,
      path: documentPath({ run, proposal: proposal.id, role: 'proposal', file }),
    });
  }
}

function editableText({ subject }: Proposal): string | undefined {
  if (subject.kind === 'script') return subject.script;
  return subject.kind === 'dataset' ? sourceText(subject.source) : undefined;
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
