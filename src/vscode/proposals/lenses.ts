/** Approve, edit, reject: written above a proposal's first line. (Diffs do not show these; they have the buttons in the title.) */
import * as vscode from 'vscode';
import { settingsInWords } from '../facts';
import type { RunsModel } from '../runs-model';
import { draftScheme, parseDocumentPath, proposalScheme } from './documents';

export function registerLenses(model: RunsModel): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changed.event,
    provideCodeLenses: (document) => lenses(model, document.uri),
  };
  const selector = [{ scheme: proposalScheme }, { scheme: draftScheme }];
  return vscode.Disposable.from(
    changed,
    model.onDidChange(() => changed.fire()),
    vscode.languages.registerCodeLensProvider(selector, provider),
  );
}

function lenses(model: RunsModel, uri: vscode.Uri): vscode.CodeLens[] {
  const address = parseDocumentPath(uri.path);
  const entry = address === undefined ? undefined : model.proposal(address.run, address.proposal);
  if (address === undefined || entry === undefined || address.role !== 'proposal') return [];
  const ref = { run: address.run, proposal: address.proposal };
  const lens = (title: string, command: string): vscode.CodeLens =>
    new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), { title, command, arguments: command === '' ? [] : [ref] });
  const { proposal, decision } = entry;
  if (decision !== null) {
    return [
      lens(decision.verdict === 'approve' ? '$(check) Approved' : `$(close) Rejected: ${decision.reason ?? ''}`, ''),
    ];
  }
  if (uri.scheme === draftScheme) {
    return [
      lens(
        proposal.kind === 'script' ? '$(check-all) Approve This Edited Script' : '$(check-all) Approve as Edited Here',
        'mlIntern.approval.approveEdited',
      ),
      ...(proposal.kind === 'dataset'
        ? [lens('$(open-preview) What the Model Will See', 'mlIntern.approval.sample')]
        : []),
      lens('$(close) Reject with Feedback', 'mlIntern.approval.reject'),
    ];
  }
  const { subject } = proposal;
  return [
    lens('$(check) Approve', 'mlIntern.approval.approve'),
    ...(subject.kind === 'script' ? [lens('$(edit) Edit, Then Approve', 'mlIntern.approval.edit')] : []),
    ...(subject.kind === 'dataset' ? [lens('$(edit) Edit Mapping and Filters', 'mlIntern.approval.edit')] : []),
    lens('$(close) Reject with Feedback', 'mlIntern.approval.reject'),
    ...(subject.kind === 'dataset' ? [lens('$(circle-slash) Never Propose Again', 'mlIntern.dataset.never')] : []),
    ...(subject.kind === 'script'
      ? [lens(`$(settings) ${settingsInWords(subject.config) || 'Settings'}`, 'mlIntern.approval.settings')]
      : []),
  ];
}
