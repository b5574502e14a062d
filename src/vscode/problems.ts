/** Shows a failure as what happened and what to do next, and logs it. */
import * as vscode from 'vscode';
import { toMlInternError } from '../core/errors';
import type { EditorLog } from './log';

export function showProblem(log: EditorLog, error: unknown): void {
  const problem = toMlInternError(error);
  if (problem.reason === 'cancelled') return;
  log.error(`${problem.reason}: ${problem.message} ${problem.next}`, error);
  void vscode.window.showErrorMessage(`${problem.message} ${problem.next}`, 'Show Log').then((choice) => {
    if (choice !== undefined) log.show();
  });
}

/** Whether runs may start, resume or be decided here; says why when not. */
export function trusted(): boolean {
  if (vscode.workspace.isTrusted) return true;
  const trust = 'Manage Workspace Trust';
  void vscode.window
    .showWarningMessage('This folder is in restricted mode, and a run executes code. Trust the folder first.', trust)
    .then((choice) => {
      if (choice === trust) void vscode.commands.executeCommand('workbench.trust.manage');
    });
  return false;
}
