// What a person does with the tree of experiments, inside a real extension host.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { experimentCommands } from '../../src/vscode/commands/experiment-commands';
import { ExperimentFiles } from '../../src/vscode/experiments/experiment-files';
import { RunsModel } from '../../src/vscode/runs-model';
import { FakeRun, FakeRuns } from '../support/fake-runs';
import { untilTraining } from '../support/story';
import { storyRun } from '../support/story-parts';

describe('the tree of experiments', () => {
  let folder: string;
  let model: RunsModel;
  let run: FakeRun;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'experiments-'));
    run = new FakeRun(storyRun, untilTraining().events);
    const runs = new FakeRuns();
    runs.folder = () => folder;
    runs.put(run, false);
    model = new RunsModel(async () => runs);
    await model.refresh();
  });
  after(() => {
    model.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (experiment: string, files: Record<string, string>): void => {
    const place = join(folder, 'experiments', experiment);
    mkdirSync(place, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(place, name), text);
  };
  const commands = () => {
    const parts = { engine: () => Promise.reject(new Error('not expected')), model, options: () => assert.fail() };
    return experimentCommands(parts, new ExperimentFiles(model, vscode.Uri.file(folder)));
  };

  it('shows in one editor what an experiment changed, and names what is the same', async () => {
    write('01-terse', { 'train.py': 'rate = 1\n', 'recipe.json': '{}\n', 'config.json': '{"a": 1}\n' });
    write('03-longer', { 'train.py': 'rate = 2\n', 'recipe.json': '{}\n', 'config.json': '{"a": 2}\n' });
    await commands()['mlIntern.experiment.compare']({ run: storyRun, experiment: '03-longer' });
    const labels = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label));
    assert.ok(
      labels.some((label) => label.startsWith('01-terse → 03-longer (the same: recipe.json)')),
      labels.join(),
    );
  });

  it('compares a draft with the starting script that it was begun from', async () => {
    writeFileSync(join(folder, 'sft.py'), 'rate = 0\n');
    const files = new ExperimentFiles(model, vscode.Uri.file(folder));
    const uri = vscode.Uri.parse('ml-intern-experiment:/starting-scripts/sft.py');
    assert.equal(await files.provideTextDocumentContent(uri), 'rate = 0\n');
    await commands()['mlIntern.experiment.compare']({ run: storyRun, experiment: '01-terse' });
    assert.match(vscode.window.tabGroups.activeTabGroup.activeTab?.label ?? '', /^starting script → 01-terse/);
  });

  it('gives out no file but those of an experiment', async () => {
    const files = new ExperimentFiles(model, vscode.Uri.file(folder));
    const uri = vscode.Uri.parse(`ml-intern-experiment:/${storyRun}/01-terse/..%2F..%2Fsft.py`);
    assert.equal(await files.provideTextDocumentContent(uri), '');
  });

  it('asks the agent to repeat one, and stops nothing that was not confirmed', async () => {
    const ref = { run: storyRun, experiment: '01-terse' };
    await commands()['mlIntern.experiment.repeat'](ref);
    assert.deepEqual(run.asked, [{ action: 'repeat', experiment: '01-terse', note: '' }]);
    // A modal question is refused here, as if the person had pressed Cancel.
    await Promise.resolve(commands()['mlIntern.experiment.stopSubtree'](ref)).catch(() => undefined);
    assert.equal(run.asked.length, 1);
  });
});
