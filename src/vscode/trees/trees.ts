/** The three trees of the sidebar. */
import * as vscode from 'vscode';
import type { RunsModel } from '../runs-model';
import { approvalNodes } from './approval-nodes';
import { datasetNodes } from './dataset-nodes';
import { runNodes } from './run-nodes';
import { registerTree } from './tree-view';

export function registerTrees(model: RunsModel): vscode.Disposable {
  return vscode.Disposable.from(
    registerTree(model, { id: 'mlIntern.runs', nodes: () => runNodes(model.summaries(), (id) => model.view(id)) }),
    registerTree(model, { id: 'mlIntern.datasets', nodes: () => datasetNodes(model.allViews()) }),
    registerTree(model, {
      id: 'mlIntern.approvals',
      nodes: () => approvalNodes(model.pending()),
      badge: () => badge(model.pending().length),
    }),
  );
}

function badge(waiting: number): vscode.ViewBadge | undefined {
  if (waiting === 0) return undefined;
  return { value: waiting, tooltip: waiting === 1 ? '1 approval waits for you' : `${waiting} approvals wait for you` };
}
