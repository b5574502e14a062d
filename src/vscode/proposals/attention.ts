/** Tells the person once that something waits, without taking the focus. Opens it by itself only where the setting says so. */
import * as vscode from 'vscode';
import type { EditorLog } from '../log';
import type { Pending, RunsModel } from '../runs-model';
import { readSettings } from '../settings';
import { openProposal } from './open';

/** An agent often asks several things at once: they are told in one message. */
const gathering = 700;

export function registerAttention(model: RunsModel, log: EditorLog): vscode.Disposable {
  const told = new Set<string>();
  const look = (): void => {
    const fresh = model.pending().filter(({ run, entry }) => !told.has(`${run}/${entry.proposal.id}`));
    for (const { run, entry } of fresh) told.add(`${run}/${entry.proposal.id}`);
    const [first] = fresh;
    if (first !== undefined) void attend(model, log, fresh, first);
  };
  let waiting: NodeJS.Timeout | undefined;
  const subscription = model.onDidChange(() => {
    waiting ??= setTimeout(() => {
      waiting = undefined;
      look();
    }, gathering);
  });
  return vscode.Disposable.from(subscription, new vscode.Disposable(() => clearTimeout(waiting)));
}

async function attend(model: RunsModel, log: EditorLog, fresh: Pending[], first: Pending): Promise<void> {
  const settings = readSettings();
  const ref = { run: first.run, proposal: first.entry.proposal.id };
  if (settings.autoOpenApprovals) {
    await openProposal(model, ref, { keepFocus: true }).catch((error: unknown) =>
      log.error('A proposal could not be opened.', error),
    );
    return;
  }
  if (!settings.notifyApprovals) return;
  const { title } = first.entry.proposal;
  const more = fresh.length === 1 ? '' : ` (and ${fresh.length - 1} more)`;
  const message = `Waiting for your approval: ${title}${more}`;
  const choice = await vscode.window.showInformationMessage(message, 'Review', 'Show All');
  if (choice === 'Review') await vscode.commands.executeCommand('mlIntern.approval.open', ref);
  if (choice === 'Show All') await vscode.commands.executeCommand('mlIntern.approvals.focus');
}
