/** One item: what the run does now, coloured only when something waits for the person. */
import * as vscode from 'vscode';
import type { MetricPoint } from '../core/run/runs';
import { coalesce } from './coalesce';
import type { RunsModel } from './runs-model';
import { statusText } from './status-text';

export function registerStatusBar(model: RunsModel): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('mlIntern.status', vscode.StatusBarAlignment.Left, 50);
  item.name = 'ML Intern';
  const latest = new Map<string, { job: string; point: MetricPoint }>();
  const update = coalesce(500, () => {
    const pending = model.pending().length;
    const status = statusText(model.activeViews(), pending, (run, job) => {
      const last = latest.get(run);
      return last?.job === job ? last.point : undefined;
    });
    if (status === undefined) return item.hide();
    item.text = status.text;
    item.tooltip = status.tooltip;
    item.command = status.attention ? 'mlIntern.approval.open' : 'mlIntern.run.open';
    item.backgroundColor = status.attention ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    item.show();
  });
  const measured = model.onDidMeasure(({ run, job, points }) => {
    const point = points.findLast(({ loss }) => loss !== undefined) ?? points.at(-1);
    if (point !== undefined) latest.set(run, { job, point });
    update.request();
  });
  return vscode.Disposable.from(item, update, measured, model.onDidChange(update.request));
}
