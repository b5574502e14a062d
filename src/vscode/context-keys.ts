/** Context keys that menus, welcome texts and the walkthrough depend on; set only when they change. */
import * as vscode from 'vscode';
import { proposalUri } from './proposals/open';
import type { RunsModel } from './runs-model';
import { readSettings } from './settings';
import type { EditorSecrets } from './secrets';

export function registerContextKeys(model: RunsModel, secrets: EditorSecrets): vscode.Disposable {
  const known = new Map<string, string>();
  const set = (key: string, value: boolean | string[]): void => {
    const text = JSON.stringify(value);
    if (known.get(key) === text) return;
    known.set(key, text);
    void vscode.commands.executeCommand('setContext', `mlIntern.${key}`, value);
  };
  const update = (): void => {
    const pending = model.pending();
    const views = model.allViews();
    set('hasRuns', model.summaries().length > 0);
    set(
      'hasOwnRun',
      views.some((view) => view.config !== null && view.config.practice === undefined),
    );
    set('runActive', model.activeViews().length > 0);
    set(
      'hasExperiments',
      views.some(({ experiments }) => experiments.length > 0),
    );
    set(
      'hasOpenExperiments',
      views.some(({ experiments, state }) => experiments.length > 0 && state !== 'finished'),
    );
    set('hasPendingApproval', pending.length > 0);
    set(
      'hasDecided',
      views.some((view) => view.proposals.some(({ decision }) => decision?.by === 'person')),
    );
    set(
      'hasScore',
      views.some((view) => view.experiments.some(({ dev }) => dev !== null)),
    );
    set(
      'hasGoodModel',
      views.some(({ lastGood }) => lastGood !== null),
    );
    set(
      'pendingDocuments',
      pending.map(({ run, entry }) => String(proposalUri(run, entry.proposal, 'proposal'))),
    );
  };
  const updateKey = (): void => {
    void secrets.hasModelKey(readSettings().model.baseUrl).then((has) => set('hasModelKey', has));
  };
  update();
  updateKey();
  return vscode.Disposable.from(model.onDidChange(update), secrets.onDidChange(updateKey));
}
