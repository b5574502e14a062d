/** "ML Intern: Start Post-Training Run": asks, starts the run and shows its panel. */
import * as vscode from 'vscode';
import type { AppOptions } from '../../app/options';
import type { RunConfig } from '../../core/run/types';
import { watchRulesOf } from '../../core/run/watch-rules';
import type { Engine } from '../app';
import { trusted } from '../problems';
import type { RunPanels } from '../run-panel/panels';
import type { RunsModel } from '../runs-model';
import type { EditorSecrets } from '../secrets';
import { readSettings } from '../settings';
import { ownRunConfig } from './config';
import { type Answers, initialAnswers, stepsFor } from './steps';
import { runWizard } from './wizard';

export interface StartContext {
  engine: () => Promise<Engine>;
  options: () => AppOptions;
  model: RunsModel;
  panels: RunPanels;
  secrets: EditorSecrets;
  version: string;
}

/** `kind` skips the first question (the links of welcome view and walkthrough do). */
export async function startRun(context: StartContext, kind?: Answers['kind']): Promise<void> {
  if (!trusted() || !(await hasFolder())) return;
  const engine = await context.engine();
  const settings = readSettings();
  const stopOn = watchRulesOf(settings.stopOn, 'the setting mlIntern.watch.stopOn');
  const answers = initialAnswers(settings, kind ?? 'practice');
  const steps = (given: Answers): ReturnType<typeof stepsFor> =>
    stepsFor({ engine, settings, secrets: context.secrets, options: context.options() }, given, kind === undefined);
  if (!(await runWizard('Start Post-Training Run', answers, steps))) return;
  const { kind: chosen, ...own } = answers;
  const config: RunConfig =
    chosen === 'practice'
      ? await engine.practiceConfig({
          ...{ seed: 1, autonomy: own.autonomy, experiments: settings.budget.experiments, stopOn },
        })
      : ownRunConfig({ ...own, stopOn, boxData: settings.boxData, judge: settings.judge }, context.version);
  const id = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: `Starting: ${config.goal}` },
    () => context.model.start(config),
  );
  context.panels.show(id, context.model.view(id)?.name ?? id);
}

async function hasFolder(): Promise<boolean> {
  if (vscode.workspace.workspaceFolders?.some(({ uri }) => uri.scheme === 'file')) return true;
  const open = 'Open Folder';
  const choice = await vscode.window.showWarningMessage(
    'A run keeps its log, scripts and report in a folder on disk. Open one first.',
    open,
  );
  if (choice === open) await vscode.commands.executeCommand('vscode.openFolder');
  return false;
}
