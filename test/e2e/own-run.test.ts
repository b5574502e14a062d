// Starting a run of one's own in a real VS Code: each answer is checked at once, and a failure says what to do and leaves a run to resume.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEditor, type Editor } from '../support/editor/editor';
import { REPOSITORY } from '../support/editor/extension';

const item = (index: number): string =>
  JSON.stringify({ question: `What is ${index} plus 1?`, answer: String(index + 1) });
const items = (count: number): string[] => Array.from({ length: count }, (_, index) => item(index));

describe('a run of one’s own in VS Code', function () {
  this.timeout(180_000);
  this.bail(true);
  let folder: string;
  let editor: Editor;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'own-'));
    writeFileSync(join(folder, 'sums.jsonl'), `${items(60).join('\n')}\n`);
    writeFileSync(join(folder, 'torn.jsonl'), `${items(3).join('\n')}\n{"question": "What\n`);
    const env = { ML_INTERN_HOME: join(folder, 'home') };
    editor = await startEditor({ workspace: folder, extension: { developmentPath: REPOSITORY }, env });
  });

  after(async () => {
    await editor?.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await editor?.screenshot('own-failed');
  });

  it('refuses a base model and a benchmark that cannot be, and says what would do', async () => {
    await editor.command('ML Intern: Start Post-Training Run');
    await editor.quickInput.pick('Your own run', 'What shall run?');
    await editor.quickInput.answer('two words', 'Base model');
    await editor.quickInput.waitFor(/Hub id/);
    await editor.quickInput.answer('lab/pebble-1b');
    await editor.quickInput.pick('torn.jsonl', 'Benchmark');
    await editor.dialog.waitFor(/line 4/i);
    await editor.screenshot('own-1-torn-benchmark');
    await editor.dialog.press('OK');
    await editor.quickInput.pick('sums.jsonl', 'Benchmark');
  });

  it('asks for box, model, budget and autonomy, and starts', async () => {
    await editor.quickInput.pick('Another host', 'Box');
    await editor.quickInput.answer('nobody@127.0.0.1:1', 'Host');
    await editor.quickInput.answer('localhost:1', 'Base URL');
    await editor.quickInput.waitFor(/must begin with http/);
    await editor.quickInput.answer('http://127.0.0.1:1/v1');
    await editor.quickInput.answer('nobody-there', 'Model at');
    await editor.quickInput.accept('API key');
    await editor.quickInput.pick('Short', 'Budget');
    await editor.screenshot('own-2-autonomy');
    await editor.quickInput.pick('Ask for everything', 'without asking');
    const frame = await editor.webviewFrame('header h1', 60_000);
    await frame.getByRole('heading', { name: 'Raise lab/pebble-1b on sums' }).waitFor();
  });

  it('says in the panel what failed and what to do, and offers to resume', async () => {
    const frame = await editor.webviewFrame('header h1');
    await frame.getByText('Stopped', { exact: true }).waitFor({ timeout: 120_000 });
    const problem = await frame.locator('.problems li').first().innerText();
    await editor.screenshot('own-3-stopped');
    assert.match(problem, /127\.0\.0\.1/);
    await editor.notifications.waitFor(/stopped/);
    await frame.getByRole('button', { name: 'Resume' }).waitFor();
    await editor.showContainer('ML Intern');
    await editor.tree('Runs').waitFor('Stopped');
  });
});
