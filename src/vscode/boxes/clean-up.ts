/** Cleaning a box: choose how far, see what would go, agree, and it goes. */
import * as vscode from 'vscode';
import { cannot } from '../../core/box/opened-box';
import type { CleanReport } from '../../core/ports/box-keeping';
import { sizeText } from '../../core/size';
import type { BoxesModel } from './boxes-model';

const choices = [
  {
    label: 'Not used for two weeks',
    detail: 'Jobs that have ended, environments, old box packages',
    olderThanDays: 14,
    caches: false,
  },
  {
    label: 'Not used for two days',
    detail: 'Jobs that have ended, environments, old box packages',
    olderThanDays: 2,
    caches: false,
  },
  {
    label: 'Not used for two weeks, and all caches',
    detail: 'Models, datasets and files come again when they are needed',
    olderThanDays: 14,
    caches: true,
  },
];

export async function cleanUp(boxes: BoxesModel, host: string): Promise<void> {
  const choice = await vscode.window.showQuickPick(choices, {
    title: `Clean Up ${host}`,
    placeHolder: 'Nothing is removed before you have seen it',
  });
  if (choice === undefined) return;
  const { olderThanDays, caches } = choice;
  const act = (remove: boolean, title: string) =>
    vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title }, async () => {
      const box = await boxes.box(host);
      if (box.clean === undefined) throw cannot(box, 'be cleaned');
      return box.clean({ olderThanDays, caches, remove });
    });
  const found = await act(false, `Looking what can go from ${host}`);
  if (found.items.length === 0) {
    void vscode.window.showInformationMessage(`There is nothing to remove from ${host}.`);
    return;
  }
  const remove = 'Remove';
  const question = `Remove ${things(found)} from ${host}?`;
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail: detail(found) }, remove)) !== remove)
    return;
  const done = await act(true, `Cleaning ${host}`);
  void vscode.window.showInformationMessage(`Removed ${things(done)} from ${host}.`);
  await boxes.count(host);
}

function things({ items, bytes, complete }: CleanReport): string {
  return `${items.length === 1 ? '1 thing' : `${items.length} things`} (${complete ? '' : 'at least '}${sizeText(bytes)})`;
}

const shown = 12;

function detail({ items, kept }: CleanReport): string {
  const largest = items.toSorted((a, b) => b.bytes - a.bytes);
  return [
    ...largest.slice(0, shown).map(({ kind, name, bytes }) => `${kind} ${name}: ${sizeText(bytes)}`),
    ...(items.length > shown ? [`and ${items.length - shown} more`] : []),
    ...kept.map(({ name, why }) => `stays: ${name} (${why})`),
  ].join('\n');
}
