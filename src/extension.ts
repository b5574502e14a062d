/** The editor's entry: small, so that opening VS Code costs next to nothing. The engine is a bundle of its own. */
import type * as vscode from 'vscode';
import type { Engine } from './vscode/app';
import { activateEditor } from './vscode/editor';
import type { RunsModel } from './vscode/runs-model';

let model: RunsModel | undefined;

export function activate(context: vscode.ExtensionContext): void {
  model = activateEditor(context, loadEngine);
}

/** VS Code waits a little: enough to let go of the runs' locks. What goes on at the box goes on. */
export async function deactivate(): Promise<void> {
  await model?.close();
}

async function loadEngine(): Promise<Engine> {
  return import('./app/main');
}
