/** Registers the commands; a failure of one is shown with its next step. */
import * as vscode from 'vscode';
import type { EditorLog } from '../log';
import { showProblem } from '../problems';
import { commandIds, type Commands } from './ids';

export function registerCommands(commands: Commands, log: EditorLog): vscode.Disposable {
  return vscode.Disposable.from(
    ...commandIds.map((id) =>
      vscode.commands.registerCommand(id, async (argument?: unknown) => {
        try {
          await commands[id](argument);
        } catch (error) {
          showProblem(log, error);
        }
      }),
    ),
  );
}
