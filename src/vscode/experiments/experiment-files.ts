/** The files of experiments as documents that nobody can write to, and what changed from one to the next as diff editors. */
import * as vscode from 'vscode';
import { nearestScript } from '../../core/run/changes';
import type { ExperimentView, RunView } from '../../core/run/view';
import type { RunsModel } from '../runs-model';

export const experimentScheme = 'ml-intern-experiment';

const fileNames = ['train.py', 'recipe.json', 'config.json'] as const;

type FileName = (typeof fileNames)[number];

/** First part of the address of a script that the product ships for drafts to begin from. */
const starting = 'starting-scripts';

export class ExperimentFiles implements vscode.TextDocumentContentProvider {
  constructor(
    private readonly model: RunsModel,
    private readonly startingScripts: vscode.Uri,
  ) {}

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const [first = '', second = '', file = ''] = uri.path.split('/').slice(1).map(decodeURIComponent);
    if (first === starting) return read(vscode.Uri.joinPath(this.startingScripts, second));
    const name = fileNames.find((each) => each === file);
    const experiment = (await this.model.open(first)).experiments.find(({ id }) => id === second);
    return name === undefined || experiment === undefined ? '' : this.text(first, experiment, name);
  }

  /** One editor with a diff for each file that changed. */
  async compare(view: RunView, experiment: ExperimentView): Promise<void> {
    const parent = view.experiments.find(({ id }) => id === experiment.parent);
    const pairs = await Promise.all(fileNames.map((name) => this.pair(view.id, experiment, parent, name)));
    const changed = pairs.filter(({ same }) => !same);
    const from = parent?.id ?? 'starting script';
    if (changed.length === 0) {
      void vscode.window.showInformationMessage(
        `${experiment.id} has the same script, recipe and configuration as ${from}.`,
      );
      return;
    }
    const unchanged = pairs.filter(({ same }) => same).map(({ name }) => name);
    const same = unchanged.length === 0 ? '' : ` (the same: ${unchanged.join(', ')})`;
    const resources = changed.map(({ before, after }) => [after, before, after]);
    await vscode.commands.executeCommand('vscode.changes', `${from} → ${experiment.id}${same}`, resources);
  }

  private async pair(run: string, experiment: ExperimentView, parent: ExperimentView | undefined, name: FileName) {
    const text = await this.text(run, experiment, name);
    const after = address(run, experiment.id, name);
    if (parent !== undefined) {
      const before = await this.text(run, parent, name);
      return { name, before: address(run, parent.id, name), after, same: before === text };
    }
    if (name !== 'train.py') return { name, before: undefined, after, same: false };
    const script = await this.nearest(text);
    return { name, before: script && address(starting, script.name), after, same: script?.text === text };
  }

  private async text(run: string, { folder }: ExperimentView, name: FileName): Promise<string> {
    return read(vscode.Uri.joinPath(vscode.Uri.file(await this.model.folder(run)), folder, name));
  }

  /** The starting script that a draft was most likely begun from. */
  private async nearest(script: string): Promise<{ name: string; text: string } | undefined> {
    const entries = await vscode.workspace.fs.readDirectory(this.startingScripts);
    const names = entries.map(([name]) => name).filter((name) => name.endsWith('.py'));
    const texts = names.map(async (name) => ({
      name,
      text: await read(vscode.Uri.joinPath(this.startingScripts, name)),
    }));
    return nearestScript(script, await Promise.all(texts));
  }
}

function address(...parts: string[]): vscode.Uri {
  return vscode.Uri.from({ scheme: experimentScheme, path: `/${parts.map(encodeURIComponent).join('/')}` });
}

/** Empty where it was not written yet, e.g. of an experiment whose script was refused. */
async function read(uri: vscode.Uri): Promise<string> {
  return vscode.workspace.fs.readFile(uri).then(
    (bytes) => new TextDecoder().decode(bytes),
    () => '',
  );
}
