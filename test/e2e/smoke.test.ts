// Proves the test bed: each way of touching the window works against an extension that has one of every surface.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEditor, type Editor } from '../support/editor/editor';

describe('a real VS Code in a browser', function () {
  this.timeout(180_000);
  let workspace: string;
  let editor: Editor;

  before(async () => {
    workspace = mkdtempSync(join(tmpdir(), 'smoke-'));
    writeFileSync(join(workspace, 'notes.md'), '# Notes\n');
    editor = await startEditor({
      workspace,
      extension: { developmentPath: join(__dirname, '../fixtures/smoke-extension') },
    });
  });

  after(async () => {
    await editor?.close();
    rmSync(workspace, { recursive: true, force: true });
  });

  it('runs a command from the palette, asks, and shows a webview that talks back', async () => {
    await editor.command('Smoke: Say Hello');
    await editor.quickInput.pick('Warmly', 'How to greet?');
    await editor.quickInput.answer('reader', 'Whom to greet?');
    const frame = await editor.webviewFrame('#hello');
    assert.equal(await frame.locator('#hello').innerText(), 'Hello, reader');
    await frame.locator('#hello').click();
    await editor.notifications.waitFor('The panel said hello back, Warmly');
    await editor.screenshot('smoke-1-greeted');
    await editor.notifications.press('The panel said', 'Thanks');
    await editor.statusBarItem('Thanks!').waitFor();
  });

  it('keeps what the extension stored over a reload of the window', async () => {
    await editor.reload();
    await editor.showContainer('Smoke Test');
    const tree = editor.tree('Things');
    await tree.waitFor('history');
    await tree.toggle('history');
    await tree.waitFor('greeted 1 times');
    await editor.screenshot('smoke-2-reloaded');
  });

  it('works the trees of the sidebar: checkbox, inline action, menu, title action, welcome', async () => {
    await editor.showContainer('Smoke Test');
    const tree = editor.tree('Things');
    await tree.check('corpus');
    await editor.statusBarItem('corpus checked').waitFor();
    await tree.action('corpus', 'Reject');
    await editor.statusBarItem('rejected corpus').waitFor();
    await tree.menu('corpus', 'Forget');
    await editor.statusBarItem('forgot corpus').waitFor();
    await tree.titleAction('Again');
    await editor.statusBarItem('again').waitFor();
    assert.match(await editor.tree('More').welcome(), /Nothing yet/);
  });

  it('works a proposed document: CodeLens, title action, modal question', async () => {
    await editor.command('Smoke: Propose');
    await editor.document.codeLens('Approve').click();
    await editor.dialog.waitFor('Approve train.py?');
    await editor.screenshot('smoke-3-question');
    await editor.dialog.press('Approve');
    await editor.statusBarItem('answer: Approve').waitFor();
    await editor.document.titleAction('Reject').click();
    await editor.statusBarItem('rejected /train.py').waitFor();
    assert.match(await editor.document.visibleText(), /learning_rate = 3e-4/);
  });

  it('edits and saves a file', async () => {
    await editor.openFile('notes.md');
    await editor.document.tab('notes.md').waitFor();
    await editor.document.replaceText('# Changed\nin the editor\n');
    await editor.document.save();
    await editor.document.waitUntilSaved('notes.md');
    assert.match(await editor.document.visibleText(), /# Changed\s+in the editor/);
  });

  it('says how long the extension took to activate', async () => {
    assert.ok((await editor.activationMillis('Smoke Test')) >= 0);
    await editor.screenshot('smoke-4-running');
  });
});
