/** Pushes the best model of a run to the Hub: its name, what would be pushed, the person's word on exactly that. */
import * as vscode from 'vscode';
import { MlInternError } from '../../core/errors';
import type { Visibility } from '../../core/run/types';
import type { RunView } from '../../core/run/view';
import { repoName, type PublicationPlan } from '../../core/ship/publication';
import { publicationLines, publicationTitle } from '../../core/ship/publication-words';
import { seenLine } from '../../core/text/unseen';
import { transferring } from '../transfer';
import { withRunBox, type ShipParts } from './run-box';

type Window = NonNullable<ShipParts['window']>;

/** A dialog does not scroll. */
const filesShown = 12;

export async function shipToHub(parts: ShipParts, view: RunView, visibility: Visibility): Promise<void> {
  const { engine, model, options, window = vscode.window } = parts;
  const repo = await askForName(window, 'model', `Push ${view.name}`, 'The repository, OWNER/NAME');
  if (repo === undefined || repo === '') return;
  const space = await askForName(window, 'space', 'A Space to Try It', 'OWNER/NAME; leave it empty for none');
  if (space === undefined) return;
  const plan = await transferring('Looking at what would be pushed', (watch) =>
    withRunBox(parts, view, watch, (box, { preparePublication }) =>
      preparePublication({ view, box, repo, visibility, ...(space === '' ? {} : { space }) }, options(), watch),
    ),
  );
  if (!(await confirmed(window, plan))) return;
  const { publish } = await engine();
  const approval = { hash: plan.hash, surface: 'editor' };
  const runs = await model.runs();
  const made = await transferring(`Pushing to ${repo}`, (watch) => publish(runs, plan, approval, options(), watch));
  const open = 'Open on the Hub';
  const text = `${made.map((each) => `${each.repo} (${each.visibility})`).join(' and ')}: pushed.`;
  void vscode.window.showInformationMessage(text, open).then((choice) => {
    const [first] = made;
    if (choice === open && first !== undefined)
      void vscode.env.openExternal(vscode.Uri.parse(`${first.hub}/${first.repo}`));
  });
}

function askForName(
  window: Window,
  kind: 'model' | 'space',
  title: string,
  prompt: string,
): Thenable<string | undefined> {
  return window.showInputBox({
    title,
    prompt,
    placeHolder: kind === 'model' ? 'me/my-model' : 'me/try-my-model',
    ignoreFocusOut: true,
    validateInput: (text) => (kind === 'space' && text === '' ? undefined : problemOf(kind, text)),
  });
}

function problemOf(kind: 'model' | 'space', text: string): string | undefined {
  try {
    repoName(kind, text);
    return undefined;
  } catch (error) {
    return MlInternError.is(error) ? error.next : String(error);
  }
}

/** The card beside it, because it is what others will read. */
async function confirmed(window: Window, plan: PublicationPlan): Promise<boolean> {
  const card = plan.pushes[0]?.files.find(({ path }) => path === 'README.md')?.source;
  if (typeof card === 'string') await vscode.commands.executeCommand('markdown.showPreview', vscode.Uri.file(card));
  const push = plan.visibility === 'public' ? 'Push for Everybody to See' : 'Push';
  const detail = publicationLines(plan, filesShown)
    .map((line) => seenLine(line))
    .join('\n');
  const question = `${publicationTitle(plan)}?`;
  return (await window.showWarningMessage(question, { modal: true, detail }, push)) === push;
}
