/** Takes up the runs that were active when the window closed, so that a reload loses nothing. */
import type * as vscode from 'vscode';
import { MlInternError } from '../core/errors';
import type { EditorLog } from './log';
import type { RunsModel } from './runs-model';

const key = 'mlIntern.activeRuns';
/** The host that is going away may hold a run's lock for a moment longer. */
const patience = [500, 1000, 2000, 4000, 8000, 15_000];

export function remembered(state: vscode.Memento): string[] {
  return state.get<string[]>(key, []);
}

/** Notes which runs this window drives. Nothing is forgotten while the window goes away: only a run that ended is. */
export function rememberActiveRuns(model: RunsModel, state: vscode.Memento): vscode.Disposable {
  return model.onDidChange(() => {
    const known = remembered(state);
    const active = model.activeViews().filter((view) => view.state !== 'stopped' && view.state !== 'finished');
    const ended = (id: string): boolean => ['stopped', 'finished'].includes(model.view(id)?.state ?? '');
    const next = [...new Set([...known.filter((id) => !ended(id)), ...active.map((view) => view.id)])];
    if (next.join('\n') !== known.join('\n')) void state.update(key, next);
  });
}

export async function resumeRuns(model: RunsModel, state: vscode.Memento, log: EditorLog): Promise<void> {
  for (const id of remembered(state)) {
    try {
      await resumePatiently(model, id);
      log.info(`Took up run ${id} again.`);
    } catch (error) {
      log.error(`Run ${id} could not be taken up again; resume it from the Runs view.`, error);
      await state.update(
        key,
        remembered(state).filter((other) => other !== id),
      );
    }
  }
}

async function resumePatiently(model: RunsModel, id: string): Promise<void> {
  for (const wait of patience) {
    try {
      return await model.resume(id);
    } catch (error) {
      if (!MlInternError.is(error, 'run-locked')) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
  await model.resume(id);
}
