import assert from 'node:assert/strict';
import type { BoxView } from '../../src/vscode/boxes/boxes-model';
import { boxNodes } from '../../src/vscode/trees/box-nodes';
import type { TreeNode } from '../../src/vscode/trees/node';
import { gpuBoxCard } from '../support/box-card';
import { jobStatus } from '../support/core/samples';

const view = (more: Partial<BoxView> = {}): BoxView => ({
  host: 'gpu1',
  state: { name: 'unchecked' },
  usage: null,
  forwardings: [],
  ...more,
});
const checked = (more: Partial<Extract<BoxView['state'], { name: 'checked' }>> = {}): BoxView['state'] => ({
  name: 'checked',
  card: gpuBoxCard(),
  jobs: [],
  ...more,
});
const only = (of: BoxView): TreeNode => boxNodes([of])[0] ?? assert.fail('no row');
const child = (node: TreeNode, label: string): TreeNode =>
  node.children?.find((each) => each.label.startsWith(label)) ?? assert.fail(`no row ${label}`);

describe('the Boxes tree', () => {
  it('connects to nothing by itself: an unchecked box offers to be checked', () => {
    const node = only(view());
    assert.equal(node.kind, 'box unchecked');
    assert.equal(node.children?.[0]?.command, 'mlIntern.box.check');
    assert.ok(!node.expanded);
  });

  it('says what to do next when only this machine is known', () => {
    const [local, add] = boxNodes([view({ host: 'local' })]);
    assert.equal(local?.label, 'This machine');
    assert.equal(add?.command, 'mlIntern.settings.open');
    assert.equal(boxNodes([view({ host: 'local' }), view()]).length, 2);
  });

  it('can be cancelled while it checks, and tells what to do when that failed', () => {
    assert.equal(only(view({ state: { name: 'checking' } })).children?.[0]?.command, 'mlIntern.box.cancelCheck');
    const failed = only(view({ state: { name: 'failed', message: 'Nobody answers.', next: 'Check the address.' } }));
    assert.equal(child(failed, 'What to do').description, 'Check the address.');
    assert.equal(child(failed, 'Try again').command, 'mlIntern.box.check');
  });

  it('shows the GPUs with who uses them', () => {
    const node = only(view({ state: checked() }));
    assert.equal(node.description, 'NVIDIA H100 80GB HBM3');
    const gpu = child(node, 'GPU 0');
    assert.match(gpu.description ?? '', /29\.4 GiB of 79\.6 GiB used · 97 % busy/);
    assert.equal(gpu.children?.[0]?.label, 'bob: python train.py');
  });

  it('puts what is missing first, with the command that mends it', () => {
    const missing = [{ what: 'the driver of the NVIDIA GPU', mend: 'sudo apt-get install -y nvidia-driver' }];
    const node = only(view({ state: checked({ card: gpuBoxCard({ missing }) }) }));
    assert.match(node.description ?? '', /1 thing missing/);
    const [first] = node.children ?? [];
    assert.equal(first?.mend, 'sudo apt-get install -y nvidia-driver');
    assert.match(first.spoken ?? '', /Missing: the driver.*sudo apt-get/);
  });

  it('lists the jobs, the newest first, with what can be done with each', () => {
    const jobs = [
      jobStatus('old', 'failed', { submittedAt: 1, failure: { class: 'oom-gpu', message: 'Out of memory.' } }),
      jobStatus('new', 'queued', { submittedAt: 2, startedAt: null, note: 'Waits for GPU 0.' }),
    ];
    const [newest, oldest] = child(only(view({ state: checked({ jobs }) })), 'Jobs').children ?? [];
    assert.deepEqual([newest?.job, newest?.kind, newest?.command], ['new', 'boxJob underWay', 'mlIntern.box.attach']);
    assert.match(newest?.description ?? '', /queued, Waits for GPU 0\./);
    assert.deepEqual([oldest?.job, oldest?.kind, oldest?.command], ['old', 'boxJob over', 'mlIntern.box.openLog']);
    assert.match(oldest?.spoken ?? '', /Out of memory/);
  });

  it('counts our folder only when asked, and then tells its parts', () => {
    const folder = child(only(view({ state: checked() })), 'ML Intern folder');
    assert.equal(folder.command, 'mlIntern.box.count');
    const parts = { jobs: 2 ** 20, envs: 2 ** 30, cache: 0, files: 0, box: 0, other: 0 };
    const usage = { root: '/r', bytes: 2 ** 30 + 2 ** 20, parts, jobs: [], environments: [], oldest: null };
    const counted = { ...usage, complete: false, foreign: 0, diskFreeBytes: 2 ** 40 };
    const told = child(only(view({ state: checked(), usage: counted })), 'ML Intern folder');
    assert.equal(told.description, 'at least 1.0 GiB');
    assert.equal(told.children?.[0]?.description, '1.0 GiB');
    const over = child(only(view({ state: checked(), usage: counted, quotaBytes: 2 ** 29 })), 'ML Intern folder');
    assert.match(over.description ?? '', /over the quota of 512 MiB/);
    assert.equal(over.icon, 'warning');
  });

  it('shows forwarded ports until they are ended', () => {
    const node = child(only(view({ state: checked(), forwardings: [{ remote: 6006, local: 41_000 }] })), 'Port 6006');
    assert.deepEqual([node.kind, node.port, node.description], ['boxPort', 41_000, 'at 127.0.0.1:41000']);
  });

  it('has ids that never repeat, and words for a screen reader on every row', () => {
    const jobs = [jobStatus('a', 'running'), jobStatus('b', 'running')];
    const missing = [1, 2].map((each) => ({ what: `thing ${each}`, mend: 'x' }));
    const two = { ...gpuBoxCard().gpus[0], index: 1 } as ReturnType<typeof gpuBoxCard>['gpus'][number];
    const card = gpuBoxCard({ missing, gpus: [...gpuBoxCard().gpus, two] });
    const ids: string[] = [];
    const walk = (nodes: readonly TreeNode[]): void =>
      nodes.forEach((node) => (ids.push(node.id), assert.ok(node.spoken ?? node.label), walk(node.children ?? [])));
    walk(boxNodes([view({ state: checked({ card, jobs }) }), view({ host: 'gpu2', state: checked({ card, jobs }) })]));
    assert.equal(new Set(ids).size, ids.length);
  });
});
