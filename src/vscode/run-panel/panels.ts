/** Opens run panels, one a run, and brings them back after a reload. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { parsePanelState } from '../../core/protocol/messages';
import type { EditorLog } from '../log';
import type { RunsModel } from '../runs-model';
import { pageHtml } from './html';
import { type PanelActions, RunPanel } from './panel';

const viewType = 'mlIntern.run';

export class RunPanels implements vscode.Disposable {
  private readonly open = new Map<string, vscode.WebviewPanel>();
  private readonly serializer: vscode.Disposable;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly model: RunsModel,
    private readonly actions: PanelActions,
    private readonly log: EditorLog,
  ) {
    this.serializer = vscode.window.registerWebviewPanelSerializer(viewType, {
      deserializeWebviewPanel: async (panel, state) => {
        const parsed = parsePanelState(state);
        if (parsed === undefined) panel.dispose();
        else this.adopt(parsed.runId, panel);
      },
    });
  }

  show(run: string, title: string, keepFocus = false): void {
    const known = this.open.get(run);
    if (known !== undefined) {
      known.reveal(undefined, keepFocus);
      return;
    }
    const where = { viewColumn: vscode.ViewColumn.Active, preserveFocus: keepFocus };
    this.adopt(run, vscode.window.createWebviewPanel(viewType, title, where));
  }

  private adopt(run: string, panel: vscode.WebviewPanel): void {
    const media = vscode.Uri.joinPath(this.extensionUri, 'out');
    panel.iconPath = vscode.Uri.joinPath(this.extensionUri, 'media', 'icon.png');
    panel.webview.options = { enableScripts: true, localResourceRoots: [media] };
    const controller = new RunPanel(run, panel, this.model, this.actions, this.log);
    this.open.set(run, panel);
    panel.onDidDispose(() => {
      controller.dispose();
      this.open.delete(run);
    });
    const address = (file: string): string => String(panel.webview.asWebviewUri(vscode.Uri.joinPath(media, file)));
    panel.webview.html = pageHtml({
      nonce: randomBytes(16).toString('base64url'),
      cspSource: panel.webview.cspSource,
      script: address('run-panel.js'),
      style: address('run-panel.css'),
      title: panel.title,
      run,
    });
  }

  dispose(): void {
    this.serializer.dispose();
    for (const panel of this.open.values()) panel.dispose();
  }
}
