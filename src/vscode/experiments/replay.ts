/** Has the best experiment of a run trained and evaluated again, and tells whether the score came out the same. */
import * as vscode from 'vscode';
import type { AppOptions } from '../../app/options';
import { replayInWords } from '../../core/experiments/replay-words';
import { bestOf } from '../../core/run/tree';
import { MlInternError } from '../../core/errors';
import type { RunView } from '../../core/run/view';
import type { Engine } from '../app';
import { formatDuration, formatScore } from '../format';
import type { RunsModel } from '../runs-model';

export interface ReplayParts {
  engine: () => Promise<Engine>;
  model: RunsModel;
  options: () => AppOptions;
}

export async function replayBest({ engine, model, options }: ReplayParts, run: string): Promise<void> {
  const view = await model.open(run);
  const best = bestOf(view);
  if (best === null) {
    throw new MlInternError('bad-input', `${view.name} has no experiment with a score.`, {
      next: 'Replay it when one was evaluated.',
    });
  }
  if (!(await confirmed(view, best))) return;
  const { replayRun } = await engine();
  const result = await cancellable(`Replaying ${best} of ${view.name}`, (signal) =>
    replayRun({ view, experiment: best }, options(), signal),
  );
  const words = replayInWords(result, formatScore).join(' ');
  const show = result.repeated ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
  const open = 'Open Run Folder';
  void show(words, open).then((choice) => {
    if (choice === open) void vscode.commands.executeCommand('mlIntern.run.reveal', { run });
  });
}

/** It takes the box for as long as the training took. */
async function confirmed(view: RunView, best: string): Promise<boolean> {
  const replay = 'Replay';
  const seconds = view.jobs.filter(({ experiment }) => experiment === best).map(({ wallSeconds }) => wallSeconds);
  const took = formatDuration(seconds.reduce((sum, each) => sum + each, 0));
  const box = view.config?.box ?? '';
  const detail = `It is trained and evaluated again on ${box === 'local' ? 'this machine' : box}, exactly as it was, in a folder of its own below the run's. Before, its jobs took ${took}.`;
  return (await vscode.window.showInformationMessage(`Replay ${best}?`, { modal: true, detail }, replay)) === replay;
}

function cancellable<T>(title: string, work: (signal: AbortSignal) => Promise<T>): Thenable<T> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, (_progress, token) => {
    const leaving = new AbortController();
    token.onCancellationRequested(() =>
      leaving.abort(new MlInternError('cancelled', 'The replay was cancelled.', { next: 'Start it again.' })),
    );
    return work(leaving.signal);
  });
}
