/** Puts the editor's side together: one model of the runs, and everything that shows it or acts on it. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { AppOptions } from '../app/options';
import type { RunView } from '../core/run/view';
import type { Engine } from './app';
import { approvalCommands } from './commands/approval-commands';
import { BoxesModel } from './boxes/boxes-model';
import { JobChannels } from './boxes/follow-job';
import { JobLogs, jobLogScheme } from './boxes/job-log';
import { boxCommands } from './commands/box-commands';
import { experimentCommands } from './commands/experiment-commands';
import { registerCommands } from './commands/register';
import { runActs, runCommands } from './commands/run-commands';
import { setupCommands } from './commands/setup-commands';
import { registerContextKeys } from './context-keys';
import { registerEndings } from './endings';
import { ExperimentFiles, experimentScheme } from './experiments/experiment-files';
import { confirmHostKey } from './host-key';
import { createLog, type EditorLog } from './log';
import { registerAttention } from './proposals/attention';
import { Decider } from './proposals/decide';
import { DraftFiles, registerProposalFiles } from './proposals/files';
import { registerDiagnostics } from './proposals/diagnostics';
import { registerLenses } from './proposals/lenses';
import { openProposal } from './proposals/open';
import { SamplePreviews } from './proposals/sample-previews';
import { trusted } from './problems';
import { rememberActiveRuns, remembered, resumeRuns } from './resume';
import type { PanelActions } from './run-panel/panel';
import { RunPanels } from './run-panel/panels';
import { RunsModel } from './runs-model';
import { EditorSecrets } from './secrets';
import { readSettings } from './settings';
import { EditorPrompts } from './ssh-prompts';
import { registerStatusBar } from './status-bar';
import { registerBoxes, registerTrees } from './trees/trees';

/** Builds the contributions; the engine is loaded when a run is first needed. Returns the model, to be closed at the end. */
export function activateEditor(context: vscode.ExtensionContext, engine: () => Promise<Engine>): RunsModel {
  const log = createLog();
  const secrets = new EditorSecrets(context.secrets);
  const prompts = new EditorPrompts();
  const options = (): AppOptions => ({ ...appOptions(context, secrets, log), prompts });
  const model = new RunsModel(async () => (await engine()).createRuns(options()));
  const boxes = new BoxesModel({
    near: () => ['local', readSettings().boxHost, ...model.allViews().flatMap(boxOf)],
    far: async () => (await engine()).sshHosts(),
    open: async (host) => (await engine()).openBox(host, options()),
    quotaBytes: () => readSettings().engine.boxQuotaBytes,
  });
  const channels = new JobChannels(boxes);
  const logs = new JobLogs(boxes);
  const experiments = new ExperimentFiles(model, vscode.Uri.joinPath(context.extensionUri, 'box', 'scripts'));
  const drafts = new DraftFiles(context.workspaceState);
  const samples = new SamplePreviews(model, log);
  const decider = new Decider(model, drafts, samples);
  const acts = runActs(model);
  const panels = new RunPanels(context.extensionUri, model, panelActions(model, decider, acts), log);
  const { version } = context.extension.packageJSON as { version: string };
  const start = { engine, options, model, panels, secrets, version };
  context.subscriptions.push(
    log,
    model,
    panels,
    channels,
    samples,
    boxes,
    registerTrees(model),
    registerBoxes(boxes, model, log),
    vscode.workspace.registerTextDocumentContentProvider(jobLogScheme, logs),
    vscode.workspace.registerTextDocumentContentProvider(experimentScheme, experiments),
    registerStatusBar(model),
    registerContextKeys(model, secrets),
    registerProposalFiles(model, drafts),
    registerLenses(model),
    registerDiagnostics(model),
    registerAttention(model, log),
    registerEndings(model),
    rememberActiveRuns(model, context.workspaceState),
    registerCommands(
      {
        ...runCommands(start, acts, panels),
        ...experimentCommands({ engine, model, options }, experiments),
        ...approvalCommands(model, decider),
        ...boxCommands({ boxes, channels, logs }),
        ...setupCommands(secrets, prompts, log),
      },
      log,
    ),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void takeUp(context, model, log)),
  );
  void takeUp(context, model, log);
  return model;
}

/** Loads the engine only where there are runs to show. */
async function takeUp(context: vscode.ExtensionContext, model: RunsModel, log: EditorLog): Promise<void> {
  const folder = workspaceFolder();
  if (folder === undefined) return;
  const hasRuns = await vscode.workspace.fs.stat(vscode.Uri.joinPath(folder, 'ml-intern')).then(
    () => true,
    () => false,
  );
  if (!hasRuns) return;
  try {
    if (vscode.workspace.isTrusted && remembered(context.workspaceState).length > 0) {
      await resumeRuns(model, context.workspaceState, log);
    }
    await model.refresh();
  } catch (error) {
    log.error('The runs of this folder could not be read.', error);
  }
}

function appOptions(context: vscode.ExtensionContext, secrets: EditorSecrets, log: EditorLog): AppOptions {
  return {
    workspace: workspaceFolder()?.fsPath ?? context.globalStorageUri.fsPath,
    productRoot: context.extensionUri.fsPath,
    home: process.env['ML_INTERN_HOME'] || join(homedir(), '.ml-intern'),
    secrets,
    notifier: { notify: (message, urgency) => report(log, message, urgency) },
    logger: log,
    surface: 'editor',
    settings: readSettings().engine,
    confirmHostKey,
  };
}

/** The box of a practice run is a server of its own that ends with the run. */
function boxOf({ config }: RunView): string[] {
  return config === null || config.practice !== undefined ? [] : [config.box];
}

function workspaceFolder(): vscode.Uri | undefined {
  return vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri;
}

/** News that nobody has to act on; what waits for a decision is told by `registerAttention`, with the buttons to decide. */
function report(log: EditorLog, message: string, urgency: 'info' | 'attention'): void {
  log.info(message);
  if (urgency === 'info') vscode.window.setStatusBarMessage(`$(beaker) ${message}`, 8000);
}

function panelActions(model: RunsModel, decider: Decider, acts: ReturnType<typeof runActs>): PanelActions {
  return {
    ...acts,
    decide: async (run, { proposal, hash, verdict, reason }) => {
      if (!trusted()) return;
      const why = reason.trim();
      await model.decide(run, proposal, { verdict, hash, surface: 'panel', ...(why === '' ? {} : { reason: why }) });
    },
    tell: (run, text) => model.tell(run, text),
    openProposal: (run, proposal) => openProposal(model, { run, proposal }, { keepFocus: false }),
  };
}
