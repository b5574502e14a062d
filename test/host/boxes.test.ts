// What the Boxes view reads, inside a real extension host: when it connects, what it keeps, and what a failure leaves.
import assert from 'node:assert/strict';
import type { OpenedBox } from '../../src/core/box/opened-box';
import { MlInternError } from '../../src/core/errors';
import { BoxesModel, type BoxSources } from '../../src/vscode/boxes/boxes-model';
import { FakeBox } from '../support/core/fake-box';
import { jobStatus } from '../support/core/samples';

const far = () => Promise.resolve(['gpu1', 'local']);

function modelOf(open: BoxSources['open']): { model: BoxesModel; opened: string[] } {
  const opened: string[] = [];
  const sources: BoxSources = {
    near: () => ['local', 'gpu2'],
    far,
    open: (host) => (opened.push(host), open(host)),
  };
  return { model: new BoxesModel(sources), opened };
}

const stateOf = (model: BoxesModel, host: string) =>
  model.views().find((view) => view.host === host)?.state ?? assert.fail(`no ${host}`);

describe('the model of the boxes', () => {
  it('names hosts once, and connects to none of them', async () => {
    const { model, opened } = modelOf(() => Promise.reject(new Error('not expected')));
    assert.deepEqual(model.hosts(), ['local', 'gpu2']);
    await model.findHosts();
    assert.deepEqual(model.hosts(), ['local', 'gpu2', 'gpu1']);
    assert.deepEqual(opened, []);
    model.dispose();
  });

  it('checks a box when asked, over one connection, and tells while it does', async () => {
    const { model, opened } = modelOf(() => Promise.resolve(new FakeBox()));
    const checking = model.check('gpu2');
    assert.equal(stateOf(model, 'gpu2').name, 'checking');
    await checking;
    await model.check('gpu2');
    assert.equal(stateOf(model, 'gpu2').name, 'checked');
    assert.deepEqual(opened, ['gpu2']);
    model.dispose();
  });

  it('tells a failure with its next step, and connects anew at the next try', async () => {
    let tries = 0;
    const { model, opened } = modelOf(() => {
      tries += 1;
      const gone = new MlInternError('box-unreachable', 'Nobody answers.', { next: 'Check the address.' });
      return tries === 1 ? Promise.reject(gone) : Promise.resolve(new FakeBox());
    });
    await model.check('gpu2');
    assert.deepEqual(stateOf(model, 'gpu2'), {
      name: 'failed',
      message: 'Nobody answers.',
      next: 'Check the address.',
    });
    await model.check('gpu2');
    assert.equal(stateOf(model, 'gpu2').name, 'checked');
    assert.equal(opened.length, 2);
    model.dispose();
  });

  it('is as before when a check is cancelled', async () => {
    const box: OpenedBox = new FakeBox();
    box.check = (signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason as Error));
        setImmediate(() => model.cancelCheck('gpu2'));
      });
    const { model } = modelOf(() => Promise.resolve(box));
    await model.check('gpu2');
    assert.equal(stateOf(model, 'gpu2').name, 'unchecked');
    model.dispose();
  });

  it('reads jobs anew only where some are under way, and shows a lost box as failed', async () => {
    const box = new FakeBox();
    let listed = 0;
    let jobs = [jobStatus('a', 'running')];
    box.list = () => {
      listed += 1;
      return listed < 4 ? Promise.resolve(jobs) : Promise.reject(new Error('gone'));
    };
    const { model } = modelOf(() => Promise.resolve(box));
    await model.check('gpu2');
    jobs = [jobStatus('a', 'finished')];
    await model.refreshJobs();
    await model.refreshJobs();
    assert.equal(listed, 2, 'nothing is under way any more');
    jobs = [jobStatus('b', 'running')];
    await model.readJobs('gpu2');
    await model.refreshJobs();
    assert.equal(stateOf(model, 'gpu2').name, 'failed');
    model.dispose();
  });

  it('ends a forwarding when asked, and lets go of its boxes at the end', async () => {
    const ended: string[] = [];
    const box: OpenedBox = new FakeBox();
    box.tunnel = () => Promise.resolve({ port: 4711, close: async () => void ended.push('tunnel') });
    box.close = async () => void ended.push('box');
    const { model } = modelOf(() => Promise.resolve(box));
    assert.equal(await model.forward('gpu2', 6006), 4711);
    assert.deepEqual(model.views().find(({ host }) => host === 'gpu2')?.forwardings, [{ remote: 6006, local: 4711 }]);
    await model.endForwarding('gpu2', 4711);
    model.dispose();
    await new Promise(setImmediate);
    assert.deepEqual(ended, ['tunnel', 'box']);
  });
});
