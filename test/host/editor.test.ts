// Inside a real extension host: what the editor itself sees of the extension.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { commandIds } from '../../src/vscode/commands/ids';
import { DraftFiles } from '../../src/vscode/proposals/files';
import { RunsModel } from '../../src/vscode/runs-model';
import { FakeRun, FakeRuns } from '../support/fake-runs';
import { storyRun } from '../support/story-parts';
import { untilDataset, untilTraining } from '../support/story';

const memento = (): vscode.Memento => {
  const values = new Map<string, unknown>();
  return {
    keys: () => [...values.keys()],
    get: <T>(key: string, fallback?: T) => (values.get(key) as T | undefined) ?? (fallback as T),
    update: async (key: string, value: unknown) => void values.set(key, value),
  };
};

describe('the extension in its host', () => {
  it('activates and registers each of its commands', async () => {
    const extension = vscode.extensions.getExtension('ml-intern.ml-intern');
    assert.ok(extension);
    await extension.activate();
    const known = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      commandIds.filter((id) => !known.has(id)),
      [],
    );
  });

  it('lets nobody write to a proposal', async () => {
    const uri = vscode.Uri.parse('ml-intern-proposal:/run/call/proposal/train.py');
    await assert.rejects(async () => vscode.workspace.fs.writeFile(uri, new Uint8Array()));
    await assert.rejects(async () => vscode.workspace.fs.readFile(uri));
  });

  it('keeps the draft of an edited script over a restart', async () => {
    const state = memento();
    const uri = vscode.Uri.parse('ml-intern-draft:/run/call/proposal/train.py');
    await new DraftFiles(state).put(uri, 'print(1)\n');
    await new DraftFiles(state).writeFile(uri, new TextEncoder().encode('print(2)\n'));
    assert.equal(new TextDecoder().decode(await new DraftFiles(state).readFile(uri)), 'print(2)\n');
    await new DraftFiles(state).forget(uri);
    await assert.rejects(new DraftFiles(state).readFile(uri));
  });
});

describe('the model of the runs', () => {
  const open = async (run: FakeRun, active = true): Promise<{ model: RunsModel; runs: FakeRuns }> => {
    const runs = new FakeRuns();
    runs.put(run, active);
    const model = new RunsModel(async () => runs);
    await model.refresh();
    return { model, runs };
  };

  it('follows a run that is driven here, and lists what waits', async () => {
    const run = new FakeRun(storyRun, untilDataset().events);
    const { model } = await open(run);
    assert.deepEqual(
      model.pending().map(({ entry }) => entry.proposal.id),
      ['call-good'],
    );
    run.replace(untilTraining().events);
    assert.equal(model.view(storyRun)?.experiments.length, 3);
    assert.deepEqual(model.pending(), []);
    model.dispose();
  });

  it('decides for a run that nobody drives, once', async () => {
    const run = new FakeRun(storyRun, untilDataset().events);
    const { model } = await open(run, false);
    const [pending] = model.pending();
    assert.ok(pending);
    const input = { verdict: 'approve', hash: pending.entry.proposal.hash, surface: 'editor' } as const;
    await model.decide(storyRun, pending.entry.proposal.id, input);
    await model.decide(storyRun, pending.entry.proposal.id, { ...input, verdict: 'reject' });
    assert.deepEqual(
      run.decisions.map(({ verdict }) => verdict),
      ['approve'],
    );
    assert.deepEqual(model.pending(), []);
    model.dispose();
  });

  it('refuses a decision for a hash that was not shown', async () => {
    const run = new FakeRun(storyRun, untilDataset().events);
    const { model } = await open(run);
    await assert.rejects(
      model.decide(storyRun, 'call-good', { verdict: 'approve', hash: '0'.repeat(64), surface: 'editor' }),
      /not what was shown/,
    );
    model.dispose();
  });

  it('lets go of a run that has ended and of all when it is closed', async () => {
    const run = new FakeRun(storyRun, untilTraining().events);
    const { model, runs } = await open(run);
    assert.ok(model.isActive(storyRun));
    await model.stop(storyRun);
    assert.ok(!model.isActive(storyRun));
    await model.close();
    assert.ok(runs.disposed);
  });
});
