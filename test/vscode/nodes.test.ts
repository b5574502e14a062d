import assert from 'node:assert/strict';
import { reduce } from '../../src/core/run/reducer';
import type { RunSummary } from '../../src/core/run/runs';
import type { RunView } from '../../src/core/run/view';
import { approvalNodes } from '../../src/vscode/trees/approval-nodes';
import { datasetNodes } from '../../src/vscode/trees/dataset-nodes';
import type { TreeNode } from '../../src/vscode/trees/node';
import { runNodes } from '../../src/vscode/trees/run-nodes';
import { type Log, untilDataset, untilScript, untilTraining, wholeStory } from '../support/story';
import { proposals, storyRun } from '../support/story-parts';

const view = (log: Log): RunView => reduce(log.events);

const summary = (of: RunView, active: boolean): RunSummary => ({
  ...{
    id: of.id,
    name: of.name,
    goal: of.config?.goal ?? '',
    state: of.state,
    phase: of.phase,
    createdAt: of.createdAt,
    active,
  },
});

const runs = (of: RunView, active: boolean): TreeNode[] => runNodes([summary(of, active)], () => of);

/** A row below another, however deep. */
const named = (node: TreeNode | undefined, label: string): TreeNode | undefined =>
  node?.label === label
    ? node
    : node?.children?.map((child) => named(child, label)).find((found) => found !== undefined);

describe('the Runs tree', () => {
  it('puts a run that needs a decision first, and says so', () => {
    const [group] = runs(view(untilDataset()), true);
    assert.equal(group?.label, 'Waiting for you');
    assert.match(group?.children?.[0]?.spoken ?? '', /waiting/);
    assert.match(group?.children?.[0]?.kind ?? '', /\bactive\b/);
  });

  it('calls a run interrupted that claims to run while nobody drives it, and offers to resume it', () => {
    const [group] = runs(view(untilTraining()), false);
    assert.equal(group?.label, 'Stopped');
    assert.match(group?.children?.[0]?.description ?? '', /interrupted/);
    assert.match(group?.children?.[0]?.kind ?? '', /\bresumable\b/);
  });

  it('shows the result of a finished run and its experiments with score and outcome', () => {
    const [group] = runs(view(wholeStory()), false);
    const run = group?.children?.[0];
    assert.equal(group?.label, 'Finished');
    assert.match(run?.description ?? '', /\+0\.387 on the promotion split/);
    assert.match(run?.kind ?? '', /\breported\b/);
    assert.match(run?.kind ?? '', /\bscored\b/);
    const promoted = named(run, '03-longer');
    assert.match(promoted?.description ?? '', /0\.447 \[0\.368, 0\.526\] · better · promoted/);
  });

  it('puts each experiment below the one that it came from, in words for a screen reader too', () => {
    const [group] = runs(view(wholeStory()), false);
    const run = group?.children?.[0];
    assert.deepEqual(
      run?.children?.map(({ label }) => label),
      ['baseline', '01-terse'],
    );
    assert.deepEqual(
      named(run, '01-terse')?.children?.map(({ label }) => label),
      ['02-gentler', '03-longer'],
    );
    assert.equal(
      named(run, '04-mixed')?.spoken,
      'Experiment 04-mixed from 03-longer, score 0.361, interval 0.286 to 0.436, against 03-longer: worse, not promoted',
    );
    assert.match(named(run, '02-gentler')?.description ?? '', /^failed: Rejected before it ran/);
  });

  it('says what an experiment does while it runs, and offers to branch from it until the run has finished', () => {
    const running = named(runs(view(untilTraining()), true)[0]?.children?.[0], '03-longer');
    assert.equal(running?.description, 'training');
    assert.equal(running?.kind, 'experiment askable stoppable');
    assert.equal(running?.experiment, '03-longer');
    const finished = named(runs(view(wholeStory()), false)[0]?.children?.[0], '03-longer');
    assert.equal(finished?.kind, 'experiment');
  });

  it('says that a person stopped an experiment and all that came from it, and does not offer that again', () => {
    const log = untilTraining();
    log.add('tree.asked', { action: 'prune', experiment: '01-terse', note: '' });
    const run = runs(view(log), true)[0]?.children?.[0];
    assert.equal(named(run, '02-gentler')?.description, 'stopped by you');
    assert.equal(named(run, '02-gentler')?.kind, 'experiment askable');
    assert.match(named(run, '01-terse')?.tooltip ?? '', /You stopped the work on it/);
  });

  it('is empty without runs, so that the welcome text shows', () => {
    assert.deepEqual(
      runNodes([], () => undefined),
      [],
    );
  });
});

describe('the Datasets tree', () => {
  it('shows what waits first, with the proposal that its actions decide', () => {
    const [first] = datasetNodes([view(untilDataset())]);
    assert.equal(first?.label, 'orchard/sill-terse');
    assert.equal(first?.kind, 'dataset proposed');
    assert.equal(first?.proposal, proposals.good.id);
    const labels = first?.children?.map(({ label }) => label) ?? [];
    for (const label of ['Why', 'Licence', 'Rows', 'Format', 'Overlap with the benchmark'])
      assert.ok(labels.includes(label), label);
  });

  it('says who refused a dataset and why', () => {
    const nodes = datasetNodes([view(untilDataset())]);
    const leaky = nodes.find(({ label }) => label === 'mirror/sill-complete');
    assert.match(leaky?.description ?? '', /refused by the policy/);
    assert.match(leaky?.children?.find(({ label }) => label === 'Why not')?.tooltip ?? '', /120 rows/);
    assert.match(
      leaky?.children?.find(({ label }) => label === 'Overlap with the benchmark')?.tooltip ?? '',
      /120 of 4,200 rows/,
    );
    const noisy = nodes.find(({ label }) => label === 'orchard/sill-crowd');
    assert.match(noisy?.description ?? '', /set aside by the agent/);
  });

  it('gives each run a level of its own when there are several', () => {
    const other = { ...view(wholeStory()), id: 'other', name: 'other' };
    assert.deepEqual(
      datasetNodes([view(untilDataset()), other]).map(({ label }) => label),
      ['sill-questions', 'other'],
    );
  });

  it('has ids that never repeat', () => {
    const ids: string[] = [];
    const walk = (nodes: readonly TreeNode[]): void =>
      nodes.forEach((node) => (ids.push(node.id), walk(node.children ?? [])));
    walk(datasetNodes([view(wholeStory())]));
    assert.equal(new Set(ids).size, ids.length);
  });
});

describe('the Approvals tree', () => {
  it('lists what waits, oldest first, with kind and reason', () => {
    const run = view(untilScript());
    const pending = run.proposals
      .filter(({ decision }) => decision === null)
      .map((entry) => ({ run: storyRun, runName: run.name, entry }));
    const [node, ...others] = approvalNodes(pending);
    assert.equal(others.length, 0);
    assert.equal(node?.kind, 'approval.script');
    assert.match(node?.spoken ?? '', /Waiting for your approval: Train 01-terse/);
    assert.equal(node?.proposal, proposals.first.id);
  });
});
