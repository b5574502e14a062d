// What a person does with runs that were made earlier, in a real VS Code: steers the tree of experiments, edits how rows are used, looks at the machine.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { RunEvent } from '../../src/core/run/events';
import { startEditor, type Editor } from '../support/editor/editor';
import { REPOSITORY } from '../support/editor/extension';
import { untilDataset, untilTraining } from '../support/story';
import { storyConfig, storyRun } from '../support/story-parts';

const telemetry = (second: number): string =>
  JSON.stringify({
    time: 1_778_576_454 + second,
    gpus: [{ index: 0, utilisation: 90 + (second % 7), memoryMiB: 30_000, watts: 400 + second, celsius: 60 }],
    ...{ cpuPercent: 20, memoryMiB: 40_000, diskFreeMiB: 700_000, job: { cpuPercent: 150, memoryMiB: 9000 } },
  });

describe('steering a run in VS Code', function () {
  this.timeout(180_000);
  this.bail(true);
  let folder: string;
  let editor: Editor;

  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const writeRun = (id: string, events: readonly RunEvent[]): void =>
    write(`ml-intern/${id}/events.jsonl`, events.map((event) => `${JSON.stringify(event)}\n`).join(''));

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'steering-'));
    const log = untilTraining().add('run.stopped', { by: 'person', message: 'Stopped.' });
    writeRun(storyRun, log.events);
    for (const [experiment, rate] of [
      ['01-terse', 2],
      ['03-longer', 1],
    ] as const) {
      const place = `ml-intern/${storyRun}/experiments/${experiment}`;
      write(`${place}/train.py`, `"""Trains."""\n\nsteps = ${rate === 1 ? 480 : 240}\n`);
      write(`${place}/config.json`, `{\n  "learning_rate": 0.00${rate}\n}\n`);
      write(`${place}/recipe.json`, '{}\n');
    }
    const seconds = Array.from({ length: 40 }, (_, index) => telemetry(index * 5));
    write(`ml-intern/${storyRun}/experiments/03-longer/telemetry.jsonl`, `${seconds.join('\n')}\n`);
    const [created, ...others] = untilDataset().events;
    assert.ok(created?.type === 'run.created');
    writeRun('plums', [{ ...created, data: { id: 'plums', name: 'plums', config: storyConfig } }, ...others]);
    editor = await startEditor({
      workspace: folder,
      extension: { developmentPath: REPOSITORY },
      env: { ML_INTERN_HOME: join(folder, 'home') },
      settings: { 'mlIntern.approvals.notify': false },
    });
    await editor.showContainer('ML Intern');
    await editor.tree('Runs').toggle('sill-questions');
    await editor.tree('Runs').waitFor('03-longer');
  });

  after(async () => {
    await editor?.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await editor?.screenshot('steering-failed');
  });

  it('shows what an experiment changed against its parent in diff editors', async () => {
    await editor.tree('Runs').menu('03-longer', 'Compare with Parent');
    await editor.document.tab(/01-terse → 03-longer \(the same: recipe\.json\)/).waitFor();
    await editor.page.getByText('steps = 480').first().waitFor();
    await editor.screenshot('steering-1-compare');
  });

  it('asks for a branch with the words of the person', async () => {
    await editor.tree('Runs').menu('03-longer', 'Branch from Experiment');
    await editor.quickInput.answer('half the learning rate', 'Branch from 03-longer');
    await editor.notifications.waitFor(
      /asked to try a new experiment from 03-longer\. It takes effect when the run goes on/,
    );
  });

  it('stops an experiment with all that came from it, once that was confirmed', async () => {
    await editor.tree('Runs').menu('01-terse', 'Stop Subtree');
    await editor.dialog.waitFor(/Stop the work on 01-terse and 2 that came from it\?/);
    await editor.screenshot('steering-2-stop');
    await editor.dialog.press('Stop Subtree');
    await editor.tree('Runs').row('02-gentler').filter({ hasText: 'stopped by you' }).waitFor();
    await editor.screenshot('steering-3-tree');
  });

  it('draws what the machine did in the run panel', async () => {
    await editor.tree('Runs').open('sill-questions');
    const frame = await editor.webviewFrame('.machine-chart');
    await frame.locator('.machine-chart', { hasText: 'GPU busy' }).getByText(/9\d %/).waitFor();
    await frame.locator('.machine-chart canvas').first().waitFor();
    await editor.screenshot('steering-4-machine');
  });

  it('draws the rows anew beside their mapping while it is edited', async () => {
    await editor.command('ML Intern: Open Pending Approval');
    await editor.document.codeLens('Edit Mapping and Filters').click();
    await editor.document.tab('sample.md').waitFor();
    await editor.page.getByText('Of 2 rows that were kept').waitFor();
    const mapping = { prompt: 'Q: {question}\nA:', completion: ' The {answer}.' };
    await editor.document.replaceText(JSON.stringify({ mapping, weight: 1 }));
    await editor.page.getByText('⟦ The the third.⟧').waitFor();
    await editor.screenshot('steering-5-sample');
  });
});
