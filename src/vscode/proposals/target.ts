/** Which proposal a command is about: a tree row, a document, the editor in front, or the one that a person picks. */
import * as vscode from 'vscode';
import type { Pending, RunsModel } from '../runs-model';
import { draftScheme, parseDocumentPath, proposalScheme } from './documents';

export interface ProposalRef {
  run: string;
  proposal: string;
}

/** What the argument of a command names, if it names a proposal. */
export function namedProposal(argument: unknown): ProposalRef | undefined {
  if (argument instanceof vscode.Uri) return fromUri(argument);
  if (typeof argument !== 'object' || argument === null) return undefined;
  const { run, proposal } = argument as { run?: unknown; proposal?: unknown };
  return typeof run === 'string' && typeof proposal === 'string' ? { run, proposal } : undefined;
}

export function proposalInFront(): ProposalRef | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (input instanceof vscode.TabInputTextDiff) return fromUri(input.modified);
  return input instanceof vscode.TabInputText ? fromUri(input.uri) : undefined;
}

/** The only one that waits, or the one that the person picks. */
export async function pickPending(model: RunsModel): Promise<ProposalRef | undefined> {
  const pending = model.pending();
  if (pending.length === 0) {
    void vscode.window.showInformationMessage('Nothing waits for your approval.');
    return undefined;
  }
  const only = pending.length === 1 ? pending[0] : await choose(pending);
  return only === undefined ? undefined : { run: only.run, proposal: only.entry.proposal.id };
}

async function choose(pending: Pending[]): Promise<Pending | undefined> {
  const items = pending.map((each) => ({
    label: each.entry.proposal.title,
    description: each.runName,
    detail: each.entry.proposal.why,
    each,
  }));
  return (await vscode.window.showQuickPick(items, { title: 'Open Pending Approval', matchOnDetail: true }))?.each;
}

function fromUri(uri: vscode.Uri): ProposalRef | undefined {
  if (uri.scheme !== proposalScheme && uri.scheme !== draftScheme) return undefined;
  const address = parseDocumentPath(uri.path);
  return address === undefined ? undefined : { run: address.run, proposal: address.proposal };
}
