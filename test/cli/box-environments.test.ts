// Environments before a run, or for a box without internet, as a person asks for them at the command line.
import assert from 'node:assert/strict';
import type { OpenedBox } from '../../src/core/box/opened-box';
import { contentHash } from '../../src/core/hash';
import type { JobRequest } from '../../src/core/ports/box';
import { jobStatus } from '../support/core/samples';
import { play } from './support';

function boxWith(more: Partial<OpenedBox> = {}): OpenedBox {
  return { name: 'gpu1', close: () => Promise.resolve(), ...more } as OpenedBox;
}

describe('ml-intern box envs --build', () => {
  it('has one built as a job, from the locked set, and says how to look on', async () => {
    const submitted: JobRequest[] = [];
    const submit = (request: JobRequest) => {
      submitted.push(request);
      return Promise.resolve(jobStatus(request.id, 'queued'));
    };
    const { terminal, code } = await play(
      ['box', 'envs', 'gpu1', '--build', 'serve'],
      undefined,
      undefined,
      {},
      boxWith({ submit }),
    );
    assert.equal(code, 0);
    assert.match(terminal.stdout, /Look on with: ml-intern box attach gpu1 env-serve-\w+$/m);
    const [request] = submitted;
    assert.ok(request);
    assert.equal(request.approvedHash, contentHash(request.content));
    const set = JSON.parse(String(request.files['environment.json'])) as Record<string, unknown>;
    assert.deepEqual([set['name'], set['accelerator']], ['serve', 'cuda']);
    assert.ok((set['constraints'] as string[]).includes('vllm==0.32.0'));
  });
});

describe('ml-intern box wheelhouse', () => {
  const box = boxWith();

  it('brings what runs need unless told which sets', async () => {
    const { code, terminal } = await play(['box', 'wheelhouse', 'gpu1'], undefined, undefined, {}, box);
    assert.equal(code, 0);
    assert.equal(terminal.stdout, '/root/wheelhouse holds 2 wheels for Python 3.11.\n');
    assert.match(terminal.stderr, /Sending 1\.0 MiB that the box lacks/);
    const one = JSON.parse(
      (await play(['box', 'wheelhouse', 'gpu1', '--sets', 'serve', '--json'], undefined, undefined, {}, box)).terminal
        .stdout,
    );
    assert.equal((one as { wheels: number }).wheels, 1);
  });

  it('knows no other sets', async () => {
    assert.equal((await play(['box', 'wheelhouse', 'gpu1', '--sets', 'other'], undefined, undefined, {}, box)).code, 2);
  });
});
