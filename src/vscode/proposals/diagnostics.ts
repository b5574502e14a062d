/** What the check of a proposed script found, shown on its lines and in the Problems view while the proposal waits. */
import * as vscode from 'vscode';
import type { ScriptFinding } from '../../core/ports/script-lints';
import type { RunsModel } from '../runs-model';
import { parseDocumentPath, proposalScheme } from './documents';

export function registerDiagnostics(model: RunsModel): vscode.Disposable {
  const problems = vscode.languages.createDiagnosticCollection('mlIntern.script');
  const show = (document: vscode.TextDocument): void => {
    if (document.uri.scheme === proposalScheme) problems.set(document.uri, diagnostics(model, document));
  };
  const showAll = (): void => vscode.workspace.textDocuments.forEach(show);
  showAll();
  return vscode.Disposable.from(
    problems,
    vscode.workspace.onDidOpenTextDocument(show),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => problems.delete(uri)),
    model.onDidChange(showAll),
  );
}

function diagnostics(model: RunsModel, document: vscode.TextDocument): vscode.Diagnostic[] {
  const address = parseDocumentPath(document.uri.path);
  if (address?.role !== 'proposal') return [];
  const entry = model.proposal(address.run, address.proposal);
  if (entry?.decision !== null || entry.proposal.subject.kind !== 'script') return [];
  return (entry.proposal.subject.findings ?? []).map((finding) => diagnostic(document, finding));
}

function diagnostic(document: vscode.TextDocument, { line, column, rule, message, fix }: ScriptFinding) {
  const { text, range } = document.lineAt(Math.min(line, document.lineCount) - 1);
  const start = range.start.with({ character: Math.min(column - 1, text.length) });
  // A script with errors is never proposed: what is left is doubtful.
  const shown = new vscode.Diagnostic(range.with({ start }), `${message} ${fix}`, vscode.DiagnosticSeverity.Warning);
  return Object.assign(shown, { source: 'ML Intern', code: rule });
}
