/** Shows a proposal in the editor: a new script as a document, a changed one as a diff against its parent, anything else as a page to read. */
import * as vscode from 'vscode';
import { MlInternError } from '../../core/errors';
import type { Proposal } from '../../core/run/types';
import type { RunsModel } from '../runs-model';
import { documentPath, proposalScheme, type Role } from './documents';
import { documentFile } from './render';
import type { ProposalRef } from './target';

export function proposalUri(run: string, proposal: Proposal, role: Role): vscode.Uri {
  const file = documentFile(proposal, role);
  return vscode.Uri.from({ scheme: proposalScheme, path: documentPath({ run, proposal: proposal.id, role, file }) });
}

export async function findProposal(model: RunsModel, ref: ProposalRef): Promise<Proposal> {
  const view = await model.open(ref.run);
  const entry = view.proposals.find(({ proposal }) => proposal.id === ref.proposal);
  if (entry !== undefined) return entry.proposal;
  throw new MlInternError('bad-input', 'This proposal is not in the log of its run.', {
    next: 'Refresh the Runs view.',
  });
}

export async function openProposal(model: RunsModel, ref: ProposalRef, options: { keepFocus: boolean }): Promise<void> {
  const proposal = await findProposal(model, ref);
  const uri = proposalUri(ref.run, proposal, 'proposal');
  const show = { preserveFocus: options.keepFocus, preview: false };
  const { subject } = proposal;
  if (subject.kind === 'script' && subject.parentScript !== null && subject.parentScript !== subject.script) {
    const before = proposalUri(ref.run, proposal, 'parent');
    const title = `${subject.parent ?? 'parent'} → ${subject.experiment}: train.py`;
    await vscode.commands.executeCommand('vscode.diff', before, uri, title, show);
    return;
  }
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), show);
}

/** Learning rate, data and the rest: approved together with the script. */
export async function openSettingsOfScript(model: RunsModel, ref: ProposalRef): Promise<void> {
  const uri = proposalUri(ref.run, await findProposal(model, ref), 'settings');
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true });
}

/** Closes the tabs of a proposal that has been decided. */
export async function closeProposal(uris: readonly vscode.Uri[]): Promise<void> {
  const gone = new Set(uris.map(String));
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs).filter((tab) => gone.has(String(uriOf(tab))));
  if (tabs.length > 0) await vscode.window.tabGroups.close(tabs, true);
}

function uriOf(tab: vscode.Tab): vscode.Uri | undefined {
  if (tab.input instanceof vscode.TabInputTextDiff) return tab.input.modified;
  return tab.input instanceof vscode.TabInputText ? tab.input.uri : undefined;
}
