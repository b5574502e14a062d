/** What can be done with a run, from the palette, the trees and the panel alike. */
import * as vscode from 'vscode';
import { trusted } from '../problems';
import type { RunPanels } from '../run-panel/panels';
import type { RunsModel } from '../runs-model';
import { type StartContext, startRun } from '../start-run/start-run';
import type { Commands } from './ids';

type RunCommand = Extract<keyof Commands, `mlIntern.run.${string}`>;

export interface RunActs {
  resume(run: string): Promise<void>;
  stop(run: string): Promise<void>;
  openInRun(run: string, path: string[]): Promise<void>;
  openReport(run: string): Promise<void>;
}

export function runActs(model: RunsModel): RunActs {
  const locate = async (run: string, path: string[]): Promise<vscode.Uri> =>
    vscode.Uri.joinPath(vscode.Uri.file(await model.folder(run)), ...path);
  return {
    resume: async (run) => {
      if (trusted()) await model.resume(run);
    },
    stop: (run) => model.stop(run),
    openInRun: async (run, path) => {
      const uri = await locate(run, path);
      if (path.length === 0) await vscode.commands.executeCommand('revealInExplorer', uri);
      else await vscode.window.showTextDocument(uri, { preview: true });
    },
    openReport: async (run) => {
      const report = (await model.open(run)).report;
      if (report === null) {
        void vscode.window.showInformationMessage('The report is written when the run ends.');
        return;
      }
      await vscode.commands.executeCommand('markdown.showPreview', await locate(run, [report]));
    },
  };
}

export function runCommands(start: StartContext, acts: RunActs, panels: RunPanels): Commands<RunCommand> {
  const { model } = start;
  const withRun = (title: string, among: RunFilter, act: (run: string) => Promise<void> | void) => {
    return async (argument?: unknown): Promise<void> => {
      const run = namedRun(argument) ?? (await pickRun(model, title, among));
      if (run !== undefined) await act(run);
    };
  };
  const active: RunFilter = (run) => model.isActive(run);
  const resumable: RunFilter = (run, state) => !model.isActive(run) && state !== 'finished';
  return {
    'mlIntern.run.start': (kind) => startRun(start, kind === 'practice' || kind === 'own' ? kind : undefined),
    'mlIntern.run.open': withRun(
      'Open Run Panel',
      () => true,
      async (run) => {
        panels.show(run, (await model.open(run)).name);
      },
    ),
    'mlIntern.run.stop': withRun('Stop Run', active, (run) => acts.stop(run)),
    'mlIntern.run.resume': withRun('Resume Run', resumable, (run) => acts.resume(run)),
    'mlIntern.run.tell': withRun('Give the Agent Feedback', active, (run) => tell(model, run)),
    'mlIntern.run.report': withRun(
      'Open Report',
      () => true,
      (run) => acts.openReport(run),
    ),
    'mlIntern.run.reveal': withRun(
      'Open Run Folder',
      () => true,
      (run) => acts.openInRun(run, []),
    ),
    'mlIntern.run.refresh': () => model.refresh(),
  };
}

type RunFilter = (run: string, state: string) => boolean;

function namedRun(argument: unknown): string | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  const { run } = argument as { run?: unknown };
  return typeof run === 'string' ? run : undefined;
}

async function pickRun(model: RunsModel, title: string, among: RunFilter): Promise<string | undefined> {
  if (model.summaries().length === 0) await model.refresh();
  const runs = model.summaries().filter(({ id, state }) => among(id, model.view(id)?.state ?? state));
  if (runs.length === 0) {
    void vscode.window.showInformationMessage(`${title}: there is no run for that.`);
    return undefined;
  }
  if (runs.length === 1) return runs[0]?.id;
  const items = runs.map(({ id, name, goal }) => ({
    label: name,
    description: model.view(id)?.state ?? '',
    detail: goal,
    id,
  }));
  return (await vscode.window.showQuickPick(items, { title }))?.id;
}

async function tell(model: RunsModel, run: string): Promise<void> {
  const text = await vscode.window.showInputBox({
    title: 'Give the Agent Feedback',
    prompt: 'The agent reads this before its next step.',
    placeHolder: 'e.g. try a lower learning rate before you add more data',
  });
  if (text !== undefined && text.trim() !== '') await model.tell(run, text.trim());
}
