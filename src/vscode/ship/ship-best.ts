/** "ML Intern: Ship the Best Model…": into a folder of this machine, or to a Hub. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { RunView } from '../../core/run/view';
import { toShip } from '../../core/ship/model-card';
import { sizeText } from '../../core/size';
import { transferring } from '../transfer';
import { withRunBox, type ShipParts } from './run-box';
import { shipToHub } from './ship-to-hub';

const places = [
  { label: '$(folder) A folder of this machine', detail: 'With its model card and manifest', place: 'folder' },
  { label: '$(lock) The Hub, private', detail: 'You see first what would be pushed', place: 'private' },
  { label: '$(globe) The Hub, public', detail: 'Everybody can see it', place: 'public' },
] as const;

export async function shipBest(parts: ShipParts, run: string): Promise<void> {
  const { window = vscode.window } = parts;
  const view = await parts.model.open(run);
  const { experiment } = toShip(view);
  const title = `Ship ${experiment.id} of ${view.name}`;
  const chosen = await window.showQuickPick(places, { title, placeHolder: 'Where to?' });
  if (chosen === undefined) return;
  const { place } = chosen;
  if (place === 'folder') await shipToFolder(parts, view, experiment.id);
  else await shipToHub(parts, view, place);
}

async function shipToFolder(parts: ShipParts, view: RunView, experiment: string): Promise<void> {
  const { window = vscode.window } = parts;
  const [parent] =
    (await window.showOpenDialog({
      canSelectFiles: false,
      canSelectFolders: true,
      openLabel: 'Ship Into This Folder',
    })) ?? [];
  if (parent === undefined) return;
  const to = join(parent.fsPath, `${view.id}-${experiment}`);
  const { bytes, folder } = await transferring(`Fetching ${experiment}`, (watch) =>
    withRunBox(parts, view, watch, (box, engine) => engine.shipRun({ view, box, to }, parts.options(), watch)),
  );
  const open = 'Show in Explorer';
  const text = `${experiment} is in ${folder} (${sizeText(bytes)}), with its card README.md.`;
  void vscode.window.showInformationMessage(text, open).then((choice) => {
    if (choice === open) void vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(folder));
  });
}
