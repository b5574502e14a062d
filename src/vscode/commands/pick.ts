/** Which run or experiment a command is about: the row that it was called from, or what the person picks. */
import * as vscode from 'vscode';
import { treeOf } from '../../core/run/tree';
import type { ExperimentView, RunView } from '../../core/run/view';
import { formatScore } from '../format';
import type { RunsModel } from '../runs-model';

export type RunFilter = (run: string, state: string) => boolean;

export function namedRun(argument: unknown): string | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  const { run } = argument as { run?: unknown };
  return typeof run === 'string' ? run : undefined;
}

export async function pickRun(model: RunsModel, title: string, among: RunFilter): Promise<string | undefined> {
  if (model.summaries().length === 0) await model.refresh();
  const runs = model.summaries().filter(({ id, state }) => among(id, model.view(id)?.state ?? state));
  if (runs.length === 0) {
    void vscode.window.showInformationMessage(`${title}: there is no run for that.`);
    return undefined;
  }
  if (runs.length === 1) return runs[0]?.id;
  const items = runs.map(({ id, name, goal }) => ({
    label: name,
    description: model.view(id)?.state ?? '',
    detail: goal,
    id,
  }));
  return (await vscode.window.showQuickPick(items, { title }))?.id;
}

export interface Experiment {
  view: RunView;
  experiment: ExperimentView;
}

/** Runs without an experiment that would do are not offered. */
export async function chosenExperiment(
  model: RunsModel,
  argument: unknown,
  title: string,
  among: (experiment: Experiment) => boolean,
): Promise<Experiment | undefined> {
  const suits = (view: RunView): ExperimentView[] =>
    view.experiments.filter((experiment) => among({ view, experiment }));
  const run =
    namedRun(argument) ??
    (await pickRun(model, title, (id) => {
      const view = model.view(id);
      return view !== undefined && suits(view).length > 0;
    }));
  if (run === undefined) return undefined;
  const view = await model.open(run);
  const { experiment: named } = (argument ?? {}) as { experiment?: unknown };
  const id = typeof named === 'string' ? named : await pickExperiment(view, suits(view), title);
  const experiment = view.experiments.find((each) => each.id === id);
  return experiment && { view, experiment };
}

async function pickExperiment(
  view: RunView,
  suitable: readonly ExperimentView[],
  title: string,
): Promise<string | undefined> {
  const ids = new Set(suitable.map(({ id }) => id));
  const items = treeOf(view)
    .nodes.filter(({ id }) => ids.has(id))
    .map(({ id, dev, toParent, toBaseline, outcome, hypothesis }) => ({
      label: id,
      description: [dev === null ? '' : formatScore(dev), (toParent ?? toBaseline)?.verdict ?? '', outcome]
        .filter((part) => part !== '')
        .join(' · '),
      detail: hypothesis,
    }));
  return (await vscode.window.showQuickPick(items, { title, placeHolder: 'Which experiment?', matchOnDetail: true }))
    ?.label;
}
