/** The four trees of the sidebar. */
import * as vscode from 'vscode';
import type { BoxesModel } from '../boxes/boxes-model';
import type { EditorLog } from '../log';
import { trusted } from '../problems';
import type { RunsModel } from '../runs-model';
import { approvalNodes } from './approval-nodes';
import { boxNodes } from './box-nodes';
import { datasetNodes } from './dataset-nodes';
import { runNodes } from './run-nodes';
import { registerTree } from './tree-view';

export function registerTrees(model: RunsModel): vscode.Disposable {
  const { onDidChange } = model;
  return vscode.Disposable.from(
    registerTree(onDidChange, {
      id: 'mlIntern.runs',
      nodes: () => runNodes(model.summaries(), (id) => model.view(id)),
    }),
    registerTree(onDidChange, { id: 'mlIntern.datasets', nodes: () => datasetNodes(model.allViews()) }),
    registerTree(onDidChange, {
      id: 'mlIntern.approvals',
      nodes: () => approvalNodes(model.pending()),
      badge: () => badge(model.pending().length),
    }),
  );
}

const jobsEveryMs = 5000;

/** A box is connected to when its row is opened; its jobs are read anew while the view is on the screen. */
export function registerBoxes(boxes: BoxesModel, model: RunsModel, log: EditorLog): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  const quietly = (act: Promise<void>): void => void act.catch((error: unknown) => log.warn(String(error)));
  const tree = registerTree(either(boxes.onDidChange, model.onDidChange), {
    id: 'mlIntern.boxes',
    nodes: () => boxNodes(boxes.views()),
    onExpand: ({ box, kind }) => {
      if (box !== undefined && kind === 'box unchecked' && trusted()) void boxes.check(box);
    },
    onVisible: (visible) => {
      clearInterval(timer);
      if (!visible) return;
      quietly(boxes.findHosts());
      timer = setInterval(() => quietly(boxes.refreshJobs()), jobsEveryMs);
    },
  });
  return vscode.Disposable.from(tree, { dispose: () => clearInterval(timer) });
}

function either(first: vscode.Event<void>, second: vscode.Event<void>): vscode.Event<void> {
  return (listener) =>
    vscode.Disposable.from(
      first(() => listener()),
      second(() => listener()),
    );
}

function badge(waiting: number): vscode.ViewBadge | undefined {
  if (waiting === 0) return undefined;
  return { value: waiting, tooltip: waiting === 1 ? '1 approval waits for you' : `${waiting} approvals wait for you` };
}
