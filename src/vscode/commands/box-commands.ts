/** What can be done with a box and the jobs on it, from the palette and the Boxes view. */
import * as vscode from 'vscode';
import type { BoxesModel } from '../boxes/boxes-model';
import { cleanUp } from '../boxes/clean-up';
import { fetchArtifacts } from '../boxes/fetch-artifacts';
import type { JobChannels } from '../boxes/follow-job';
import type { JobLogs } from '../boxes/job-log';
import { trusted } from '../problems';
import type { TreeNode } from '../trees/node';
import type { CommandHandler, Commands } from './ids';

type BoxCommand = Extract<keyof Commands, `mlIntern.box.${string}`>;

export interface BoxParts {
  boxes: BoxesModel;
  channels: JobChannels;
  logs: JobLogs;
}

export function boxCommands({ boxes, channels, logs }: BoxParts): Commands<BoxCommand> {
  const onBox = (title: string, act: (host: string, node: Partial<TreeNode>) => Promise<unknown>): CommandHandler => {
    return async (argument) => {
      if (!trusted()) return;
      const node = (argument ?? {}) as Partial<TreeNode>;
      const host = node.box ?? (await pickBox(boxes, title));
      if (host !== undefined) await act(host, node);
    };
  };
  const onJob = (title: string, act: (host: string, job: string) => Promise<unknown>): CommandHandler =>
    onBox(title, async (host, node) => {
      const job = node.job ?? (await pickJob(boxes, host, title));
      if (job !== undefined) await act(host, job);
    });
  return {
    'mlIntern.box.check': onBox('Check Box', (host) => checkShown(boxes, host)),
    'mlIntern.box.cancelCheck': (argument) => {
      const { box } = (argument ?? {}) as Partial<TreeNode>;
      if (box !== undefined) boxes.cancelCheck(box);
    },
    'mlIntern.box.count': onBox('Count What Our Folder Holds', (host) => boxes.count(host)),
    'mlIntern.box.cleanUp': onBox('Clean Up Box', (host) => cleanUp(boxes, host)),
    'mlIntern.box.forward': onBox('Forward Port', (host) => forward(boxes, host)),
    'mlIntern.box.openPort': onBox('Open Forwarded Port', async (_host, { port }) => openPort(port)),
    'mlIntern.box.endForwarding': onBox('End Forwarding', async (host, { port }) => {
      if (port !== undefined) await boxes.endForwarding(host, port);
    }),
    'mlIntern.box.mend': async (argument) => offerMend((argument ?? {}) as Partial<TreeNode>),
    'mlIntern.box.attach': onJob('Attach to Job', (host, job) => channels.attach(host, job)),
    'mlIntern.box.openLog': onJob('Open Log of Job', (host, job) => logs.show(host, job)),
    'mlIntern.box.fetch': onJob('Fetch Artifacts', (host, job) => fetchArtifacts(boxes, host, job)),
    'mlIntern.box.stopJob': onJob('Stop Job', (host, job) => stopJob(boxes, host, job)),
  };
}

async function pickBox(boxes: BoxesModel, title: string): Promise<string | undefined> {
  await boxes.findHosts();
  return vscode.window.showQuickPick(boxes.hosts(), { title, placeHolder: 'Which box?' });
}

async function pickJob(boxes: BoxesModel, host: string, title: string): Promise<string | undefined> {
  const jobs = (await (await boxes.box(host)).list()).toReversed();
  const items = jobs.map(({ id, kind, state, run }) => ({ label: id, description: `${kind} · ${state}`, detail: run }));
  return (await vscode.window.showQuickPick(items, { title, placeHolder: `Which job of ${host}?` }))?.label;
}

/** From the palette the view may be out of sight: it is shown, and so is that something goes on. */
async function checkShown(boxes: BoxesModel, host: string): Promise<void> {
  await vscode.commands.executeCommand('mlIntern.boxes.focus');
  const options = { location: { viewId: 'mlIntern.boxes' }, cancellable: true };
  await vscode.window.withProgress(options, (_progress, token) => {
    token.onCancellationRequested(() => boxes.cancelCheck(host));
    return boxes.check(host);
  });
}

async function stopJob(boxes: BoxesModel, host: string, job: string): Promise<void> {
  const stop = 'Stop Job';
  const detail = 'It gets time to save a checkpoint; then all of its processes are ended.';
  const answer = await vscode.window.showWarningMessage(`Stop job ${job} on ${host}?`, { modal: true, detail }, stop);
  if (answer !== stop) return;
  await (await boxes.box(host)).stop(job);
  await boxes.readJobs(host);
}

async function forward(boxes: BoxesModel, host: string): Promise<void> {
  const text = await vscode.window.showInputBox({
    title: `Forward Port of ${host}`,
    prompt: "A port of the box's own address (127.0.0.1), e.g. 6006 for TensorBoard or 8000 for a model server",
    validateInput: (value) => (isPort(value) ? undefined : 'It must be a port, 1 to 65535.'),
  });
  if (text === undefined) return;
  const local = await boxes.forward(host, Number(text));
  const open = 'Open in Browser';
  void vscode.window
    .showInformationMessage(`Port ${text} of ${host} is at 127.0.0.1:${local} until this window closes.`, open)
    .then((choice) => (choice === open ? openPort(local) : undefined));
}

function isPort(text: string): boolean {
  return /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}

async function openPort(port: number | undefined): Promise<void> {
  if (port === undefined) return;
  const address = vscode.Uri.parse(`http://127.0.0.1:${port}`);
  await vscode.env.openExternal(await vscode.env.asExternalUri(address));
}

async function offerMend({ description, mend }: Partial<TreeNode>): Promise<void> {
  if (mend === undefined) return;
  const copy = 'Copy Command';
  const choice = await vscode.window.showInformationMessage(
    `Missing: ${description ?? ''}. On the box, run: ${mend}`,
    copy,
  );
  if (choice === copy) await vscode.env.clipboard.writeText(mend);
}
