/** Fetching what a job left behind: its size first, then where to, then with progress; it can be cancelled and goes on later. */
import * as vscode from 'vscode';
import { cannot, type OpenedBox } from '../../core/box/opened-box';
import type { ArtifactList } from '../../core/ports/box-files';
import { isAbort } from '../../core/errors';
import { sizeText } from '../../core/size';
import { transferring } from '../transfer';
import type { BoxesModel } from './boxes-model';

export async function fetchArtifacts(boxes: BoxesModel, host: string, job: string): Promise<void> {
  const box = await boxes.box(host);
  if (box.artifacts === undefined) throw cannot(box, 'list what a job left behind');
  const list = await box.artifacts(job);
  if (list.artifacts.length === 0) {
    void vscode.window.showInformationMessage(`The job ${job} left nothing behind.`);
    return;
  }
  const paths = await choose(list, job);
  if (paths === undefined || paths.length === 0) return;
  const [folder] =
    (await vscode.window.showOpenDialog({
      canSelectFiles: false,
      canSelectFolders: true,
      openLabel: 'Fetch Into This Folder',
    })) ?? [];
  if (folder !== undefined) await fetchInto(box, job, paths, vscode.Uri.joinPath(folder, job));
}

async function choose({ artifacts, bytes }: ArtifactList, job: string): Promise<string[] | undefined> {
  const items = artifacts
    .filter(({ kind }) => kind === 'file')
    .map(({ path, bytes: size }) => ({ label: path, description: sizeText(size), picked: true }));
  const title = `Fetch from job ${job}: ${sizeText(bytes)} in all`;
  return (await vscode.window.showQuickPick(items, { title, canPickMany: true }))?.map(({ label }) => label);
}

async function fetchInto(box: OpenedBox, job: string, paths: string[], folder: vscode.Uri): Promise<void> {
  if (box.fetch === undefined) throw cannot(box, 'hand out what a job left behind');
  const fetch = box.fetch.bind(box);
  try {
    const report = await transferring(`Fetching from job ${job}`, (watch) => fetch(job, paths, folder.fsPath, watch));
    const skipped = report.skipped.length === 0 ? '' : ` ${report.skipped.length} were left out.`;
    const open = 'Show in Explorer';
    const text = `${report.fetched} files (${sizeText(report.bytes)}) are in ${report.folder}.${skipped}`;
    void vscode.window.showInformationMessage(text, open).then((choice) => {
      if (choice === open) void vscode.commands.executeCommand('revealFileInOS', folder);
    });
  } catch (error) {
    if (!isAbort(error)) throw error;
  }
}
