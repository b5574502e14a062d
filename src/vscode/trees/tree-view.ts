/** Shows TreeNodes in a native tree view and keeps it fresh, at most a few times a second. */
import * as vscode from 'vscode';
import { onlySeen, seenLine } from '../../core/text/unseen';
import { coalesce } from '../coalesce';
import type { TreeNode } from './node';

export interface TreeOptions {
  id: string;
  nodes: () => TreeNode[];
  badge?: () => vscode.ViewBadge | undefined;
  /** The person opened a row; what VS Code restores by itself does not count. */
  onExpand?: (node: TreeNode) => void;
  onVisible?: (visible: boolean) => void;
}

export function registerTree(onDidChange: vscode.Event<void>, options: TreeOptions): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const view = vscode.window.createTreeView<TreeNode>(options.id, {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getTreeItem: toItem,
      getChildren: (node) => (node === undefined ? options.nodes() : (node.children ?? [])),
    },
    showCollapseAll: true,
  });
  let shown = '';
  const refresh = coalesce(250, () => {
    const nodes = JSON.stringify(options.nodes());
    // A refresh rebuilds rows under the person's mouse: only when there is something new.
    if (nodes === shown) return;
    shown = nodes;
    view.badge = options.badge?.();
    changed.fire();
  });
  if (view.visible) options.onVisible?.(true);
  return vscode.Disposable.from(
    view,
    changed,
    refresh,
    onDidChange(refresh.request),
    view.onDidExpandElement(({ element }) => options.onExpand?.(element)),
    view.onDidChangeVisibility(({ visible }) => options.onVisible?.(visible)),
  );
}

function toItem(node: TreeNode): vscode.TreeItem {
  const label = seenLine(node.label);
  const item = new vscode.TreeItem(label, collapsible(node));
  item.id = node.id;
  if (node.description !== undefined) item.description = seenLine(node.description);
  if (node.tooltip !== undefined) item.tooltip = onlySeen(node.tooltip).text;
  if (node.icon !== undefined) item.iconPath = themeIcon(node.icon, node.iconColor);
  if (node.kind !== undefined) item.contextValue = node.kind;
  if (node.command !== undefined) item.command = { command: node.command, title: label, arguments: [node] };
  const spoken = node.spoken ?? [node.label, node.description].filter(Boolean).join(', ');
  item.accessibilityInformation = { label: seenLine(spoken) };
  return item;
}

function themeIcon(icon: string, color: string | undefined): vscode.ThemeIcon {
  return new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color));
}

function collapsible(node: TreeNode): vscode.TreeItemCollapsibleState {
  if (node.children === undefined || node.children.length === 0) return vscode.TreeItemCollapsibleState.None;
  return node.expanded ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed;
}
