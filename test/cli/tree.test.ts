import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeReport } from '../../src/core/run/report';
import type { EventData } from '../../src/core/run/events';
import { launchProposal } from '../support/core/samples';
import { comparison, config, FakeRun, FakeRuns, play, score } from './support';

const created = (id: string, parent: string | null, rest: object = {}): EventData['experiment.created'] => ({
  ...{ id, slug: id.slice(3), parent, hypothesis: `try ${id}`, recipe: { seed: 1, sources: [] } },
  ...{ config: { learning_rate: 0.001, max_steps: 100 }, scriptHash: 'h', folder: `experiments/${id}` },
  ...rest,
});
const scored = (experiment: string, value: number): EventData['experiment.scored'] => ({
  ...{ experiment, split: 'dev', job: 'j', score: score(value) },
  ...{ comparison: null, toBaseline: experiment === 'baseline' ? null : comparison('baseline', value - 0.1) },
});

interface TreeJson {
  nodes: {
    id: string;
    parent: string | null;
    depth: number;
    failure: string | null;
    changes: { config: object[]; recipe: object[]; script: { added: number; removed: number } };
  }[];
  queries: { dev: number; promotion: number };
  selection: { tried: number; best: number; expected: number } | null;
}

describe('ml-intern runs tree', () => {
  let folder: string;
  const runs = new FakeRuns();
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tree-'));
    runs.folderOf = () => folder;
    const run = new FakeRun('run-1', config);
    runs.runs.push(run);
    run.add('experiment.scored', scored('baseline', 0.1));
    run.add('experiment.created', created('01-clean', null));
    run.add('experiment.scored', scored('01-clean', 0.4));
    run.add('experiment.created', created('02-other', null));
    run.add('experiment.closed', { experiment: '02-other', outcome: 'failed', note: 'It ran out of memory.' });
    const changed = {
      config: { learning_rate: 0.002, max_steps: 100 },
      recipe: { seed: 1, sources: [], maxTokens: 64 },
    };
    run.add('experiment.created', created('03-hot', '01-clean', changed));
    run.add('experiment.scored', scored('03-hot', 0.3));
    const launch = launchProposal('l');
    const subject = { ...launch.subject, experiment: '01-clean', stage: 'full' as const };
    run.add('proposal.made', { proposal: { ...launch, subject } });
    run.add('proposal.decided', {
      decision: { proposal: 'l', hash: launch.hash, verdict: 'approve', by: 'policy', rule: 'autopilot' },
    });
    for (const [id, text] of Object.entries({ '01-clean': 'a\nb\nc\n', '02-other': 'a\n', '03-hot': 'a\nB\nc\n' })) {
      await mkdir(join(folder, 'experiments', id), { recursive: true });
      await writeFile(join(folder, 'experiments', id, 'train.py'), text);
    }
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function json<T>(...args: string[]): Promise<T> {
    return JSON.parse((await play(['runs', 'tree', ...args, '--json'], runs)).terminal.stdout) as T;
  }

  it('puts children below their parents, with what they changed and why they failed', async () => {
    const { nodes, queries, selection } = await json<TreeJson>('run-1');
    assert.deepEqual(
      nodes.map(({ id, depth }) => [id, depth]),
      [
        ['01-clean', 0],
        ['03-hot', 1],
        ['02-other', 0],
      ],
    );
    assert.deepEqual(nodes[1]?.changes, {
      config: [{ path: 'learning_rate', from: 0.001, to: 0.002 }],
      recipe: [{ path: 'maxTokens', to: 64 }],
      script: { added: 1, removed: 1 },
    });
    assert.equal(nodes[2]?.failure, 'It ran out of memory.');
    assert.deepEqual(queries, { dev: 3, promotion: 0 });
    assert.deepEqual([selection?.tried, selection?.best], [2, 0.4]);
    assert.ok((selection?.expected ?? 1) < 0.4);
  });

  it('is a table for people', async () => {
    const { terminal } = await play(['runs', 'tree'], runs);
    assert.match(terminal.stdout, /└ 01-clean[^\n]*\n {2}└ 03-hot/);
    assert.match(terminal.stdout, /03-hot changes learning_rate: 0\.001 → 0\.002, maxTokens: none → 64, script \+1 −1/);
    assert.match(terminal.stdout, /corrected for 5 experiments \(Holm\)/);
    assert.match(terminal.stdout, /02-other: It ran out of memory\./);
    assert.match(terminal.stdout, /└ 01-clean[^\n]*open, full length\n/);
  });

  it('shows what was repeated with another seed, and the score over all seeds', async () => {
    const repeated = new FakeRun('run-2', { ...config, pilotSeconds: 1200 });
    repeated.add('experiment.created', created('01-clean', null));
    repeated.add('experiment.scored', scored('01-clean', 0.5));
    repeated.add('experiment.created', created('02-clean-seed', null, { repeats: '01-clean' }));
    repeated.add('experiment.scored', scored('02-clean-seed', 0.3));
    repeated.add('seeds.pooled', {
      ...{ experiment: '01-clean', of: ['01-clean', '02-clean-seed'] },
      ...{ score: { ...score(0.4), seeds: [1, 2] }, toBaseline: comparison('baseline', 0.3) },
    });
    const { terminal } = await play(['runs', 'tree'], Object.assign(new FakeRuns(), { runs: [repeated] }));
    assert.match(terminal.stdout, /New ideas train first as pilots of at most 20 min each\./);
    assert.match(terminal.stdout, /└ 02-clean-seed[^\n]*repeats 01-clean\n/);
    assert.match(terminal.stdout, /01-clean over seeds 1 and 2: 40\.0 %[^\n]*to the base model \+30\.0 points/);
    assert.doesNotMatch(terminal.stdout, /The best of 2/, 'A repeat is no second idea to choose from.');
    assert.match(writeReport(repeated.view(), []), /- 01-clean over seeds 1 and 2: 0\.400/);
  });

  it('takes what a person asks of it, and shows what was stopped', async () => {
    const asked = await play(['runs', 'prune', 'run-1', '01', '--note', 'leads nowhere', '--json'], runs);
    const answer = JSON.parse(asked.terminal.stdout) as object;
    assert.deepEqual(answer, { runId: 'run-1', action: 'prune', experiment: '01-clean' });
    const { nodes } = await json<{ nodes: { id: string; pruned: boolean }[] }>('run-1');
    assert.deepEqual(
      nodes.map(({ id, pruned }) => [id, pruned]),
      [
        ['01-clean', true],
        ['03-hot', true],
        ['02-other', false],
      ],
    );
    for (const action of ['branch', 'repeat'])
      assert.equal((await play(['runs', action, 'run-1', '02'], runs)).code, 0);
    assert.equal((await play(['runs', 'branch', 'run-1', '07'], runs)).code, 2);
  });

  it('shows what an experiment changed, line by line', async () => {
    const diff = await json<{ parent: string; script: string[] }>('run-1', '--diff', '03');
    assert.deepEqual([diff.parent, diff.script], ['01-clean', [' a', '-b', '+B', ' c']]);
    const { terminal } = await play(['runs', 'tree', '--diff', '03-hot'], runs);
    assert.match(terminal.stdout, /03-hot against 01-clean/);
    const unknown = await play(['runs', 'tree', '--diff', '09'], runs);
    assert.equal(unknown.code, 2);
    assert.match(unknown.terminal.stderr, /01-clean, 02-other, 03-hot/);
  });
});
