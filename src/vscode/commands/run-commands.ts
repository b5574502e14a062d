/** What can be done with a run, from the palette, the trees and the panel alike. */
import * as vscode from 'vscode';
import { trusted } from '../problems';
import type { RunPanels } from '../run-panel/panels';
import type { RunsModel } from '../runs-model';
import { shipBest } from '../ship/ship-best';
import { type StartContext, startRun } from '../start-run/start-run';
import type { Commands } from './ids';
import { namedRun, pickRun, type RunFilter } from './pick';

type RunCommand = Exclude<Extract<keyof Commands, `mlIntern.run.${string}`>, 'mlIntern.run.replay'>;

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
    'mlIntern.run.ship': async (argument) => {
      if (!trusted()) return;
      const good: RunFilter = (id) => !model.isActive(id) && model.view(id)?.lastGood != null;
      const run = namedRun(argument) ?? (await pickRun(model, 'Ship the Best Model', good));
      if (run !== undefined) await shipBest(start, run);
    },
    'mlIntern.run.refresh': () => model.refresh(),
  };
}

async function tell(model: RunsModel, run: string): Promise<void> {
  const text = await vscode.window.showInputBox({
    title: 'Give the Agent Feedback',
    prompt: 'The agent reads this before its next step.',
    placeHolder: 'e.g. try a lower learning rate before you add more data',
  });
  if (text !== undefined && text.trim() !== '') await model.tell(run, text.trim());
}
