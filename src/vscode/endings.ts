/** Tells the person when a run that this window drives has ended by itself: what came of it, or what is to be done. */
import * as vscode from 'vscode';
import type { RunView } from '../core/run/view';
import { resultInWords } from './trees/run-nodes';
import type { RunsModel } from './runs-model';

export function registerEndings(model: RunsModel): vscode.Disposable {
  let driven = new Set<string>();
  return model.onDidChange(() => {
    const now = new Set(model.activeViews().map(({ id }) => id));
    for (const id of driven) {
      const view = now.has(id) ? undefined : model.view(id);
      if (view !== undefined) void tell(view);
    }
    driven = now;
  });
}

async function tell(view: RunView): Promise<void> {
  const open = 'Open Run Panel';
  const problem = problemThatEnded(view);
  if (view.state === 'finished') {
    const message = `${view.name} has finished: ${resultInWords(view)}.`;
    await act(await vscode.window.showInformationMessage(message, open, 'Open Report'), view.id);
  } else if (problem !== undefined) {
    const message = `${view.name} stopped: ${problem.message} ${problem.next}`;
    await act(await vscode.window.showErrorMessage(message, open, 'Resume'), view.id);
  }
}

/** The problem raised just before the end; a run that the person stopped has none. */
function problemThatEnded(view: RunView): RunView['problems'][number] | undefined {
  const last = view.problems.at(-1);
  if (last === undefined || view.lastTime === null) return undefined;
  return Date.parse(view.lastTime) - Date.parse(last.time) < 5000 ? last : undefined;
}

async function act(choice: string | undefined, run: string): Promise<void> {
  if (choice === 'Resume') await vscode.commands.executeCommand('mlIntern.run.resume', { run });
  else if (choice === 'Open Report') await vscode.commands.executeCommand('mlIntern.run.report', { run });
  else if (choice !== undefined) await vscode.commands.executeCommand('mlIntern.run.open', { run });
}
