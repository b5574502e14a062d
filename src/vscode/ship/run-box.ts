/** The box of a run, for as long as something is fetched from it. */
import type * as vscode from 'vscode';
import type { AppOptions } from '../../app/options';
import type { OpenedBox } from '../../core/box/opened-box';
import type { StorageOptions } from '../../core/ports/box-files';
import type { RunView } from '../../core/run/view';
import type { Engine } from '../app';
import type { RunsModel } from '../runs-model';

export interface ShipParts {
  engine: () => Promise<Engine>;
  model: RunsModel;
  options: () => AppOptions;
  /** Who is asked; absent: the person at the window. */
  window?: Pick<typeof vscode.window, 'showInputBox' | 'showQuickPick' | 'showOpenDialog' | 'showWarningMessage'>;
}

/** A connection of its own, closed afterwards: the practice run's box goes with its world. */
export async function withRunBox<T>(
  { engine, options }: ShipParts,
  view: RunView,
  { signal = new AbortController().signal }: StorageOptions,
  use: (box: OpenedBox, engine: Engine) => Promise<T>,
): Promise<T> {
  const loaded = await engine();
  const box = await loaded.openRunBox(view, options(), signal);
  try {
    return await use(box, loaded);
  } finally {
    await box.close();
  }
}
