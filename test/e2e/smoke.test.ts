// Proves the test bed with an extension of a few lines: a window opens, the palette runs a command, a toast, a view and a webview appear.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEditor, type Editor } from '../support/editor/editor';

const manifest = {
  name: 'smoke',
  publisher: 'ml-intern',
  version: '0.0.1',
  license: 'Apache-2.0',
  engines: { vscode: '^1.110.0' },
  main: './extension.js',
  contributes: {
    commands: [{ command: 'smoke.greet', title: 'Say Hello', category: 'Smoke' }],
    viewsContainers: { activitybar: [{ id: 'smoke', title: 'Smoke Test', icon: 'icon.svg' }] },
    views: {
      smoke: [
        { id: 'smoke.things', name: 'Things' },
        { id: 'smoke.more', name: 'More' },
      ],
    },
  },
};

const extension = `
const vscode = require('vscode');
exports.activate = (context) => {
  const items = new vscode.EventEmitter();
  const greeted = () => context.workspaceState.get('greeted', 0);
  vscode.window.registerTreeDataProvider('smoke.things', {
    onDidChangeTreeData: items.event,
    getChildren: () => ['greeted ' + greeted() + ' times'],
    getTreeItem: (label) => new vscode.TreeItem(label),
  });
  vscode.commands.registerCommand('smoke.greet', async () => {
    const name = await vscode.window.showInputBox({ title: 'Whom to greet?', value: 'world' });
    await context.workspaceState.update('greeted', greeted() + 1);
    items.fire();
    const panel = vscode.window.createWebviewPanel('smoke', 'Greeting', { viewColumn: 1 }, { enableScripts: true });
    panel.webview.onDidReceiveMessage((text) => vscode.window.showInformationMessage('The panel said ' + text));
    panel.webview.html = '<button id="hello">Hello, ' + name + '</button><script>' +
      'const host = acquireVsCodeApi(); document.querySelector("#hello").onclick = () => host.postMessage("hello back")</script>';
  });
};`;

describe('a real VS Code in a browser', function () {
  this.timeout(180_000);
  let folder: string;
  let editor: Editor;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'smoke-'));
    const source = join(folder, 'extension');
    const workspace = join(folder, 'workspace');
    mkdirSync(source);
    mkdirSync(workspace);
    writeFileSync(join(workspace, 'notes.md'), '# Notes\n');
    writeFileSync(join(source, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(source, 'extension.js'), extension);
    writeFileSync(join(source, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    editor = await startEditor({ workspace, extension: { developmentPath: source } });
  });

  after(async () => {
    await editor?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('runs a command from the palette, asks, and shows a webview that talks back', async () => {
    await editor.command('Smoke: Say Hello');
    await editor.quickInput.answer('reader', 'Whom to greet?');
    const frame = await editor.webviewFrame('#hello');
    assert.equal(await frame.locator('#hello').innerText(), 'Hello, reader');
    await frame.locator('#hello').click();
    await editor.notifications.waitFor('The panel said hello back');
    await editor.screenshot('smoke-1-greeted');
  });

  it('keeps what the extension stored over a reload of the window', async () => {
    await editor.reload();
    await editor.showContainer('Smoke Test');
    await editor.tree('Things').waitFor('greeted 1 times');
    await editor.openFile('notes.md');
    await editor.document.tab('notes.md').waitFor();
    assert.match(await editor.document.visibleText(), /# Notes/);
    assert.match(editor.hostLog(), /ml-intern\.smoke/);
    await editor.screenshot('smoke-2-reloaded');
    assert.ok((await editor.activationMillis('smoke')) >= 0);
    await editor.screenshot('smoke-3-running');
  });
});
