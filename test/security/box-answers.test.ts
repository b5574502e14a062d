/** A box that lies: nothing it says makes us run on for ever, believe it about another job, or print what moves the terminal. */
import assert from 'node:assert/strict';
import { plain } from '../../src/cli/format';
import { SupervisedBox } from '../../src/core/box/supervised-box';
import type { JobUpdate } from '../../src/core/ports/box';
import type { Shell } from '../../src/core/ports/shell';
import { hurriedClock } from '../support/clock';

const times = { startedAt: 1, heartbeatAt: 2, endedAt: 3, exitCode: 0, wallSeconds: 1, gpuSeconds: 0 };
const status = (id: string, more: object = {}) => ({
  id,
  kind: 'train',
  state: 'finished',
  failure: null,
  ...times,
  ...more,
});
const line = (value: unknown) => `${JSON.stringify(value)}\n`;
const running = line({ status: status('j', { state: 'running', endedAt: null, exitCode: null }) });

/** Says the same however often it is asked, until nobody listens. */
function lyingBox(speech: () => Iterable<string>, answer: unknown = {}) {
  let answers = 0;
  const prepared = line({ package: '/r/box/h', root: '/r' });
  const said = () => (answers++ === 0 ? prepared : line(answer));
  const shell: Shell = {
    name: 'liar',
    exec: () => Promise.resolve({ code: 0, stdout: said(), stderr: '' }),
    async *stream() {
      for (const part of speech()) yield Promise.resolve(Buffer.from(part));
    },
    close: () => Promise.resolve(),
  };
  return new SupervisedBox({ name: 'liar', shell, packageFiles: {}, clock: hurriedClock(1) });
}

async function follow(...speech: string[]): Promise<JobUpdate[]> {
  const updates: JobUpdate[] = [];
  for await (const update of lyingBox(() => speech).follow('j', {})) {
    if (update.type !== 'contact') updates.push(update);
  }
  return updates;
}

describe('security: a box that lies', () => {
  function* endless(): Generator<string> {
    for (;;) yield '{"x": "'.padEnd(65_536, 'x');
  }

  it('cannot make us keep a line without end', async () => {
    const following = async () => {
      for await (const update of lyingBox(endless).follow('j', {})) assert.equal(update.type, 'contact');
    };
    await assert.rejects(following, { reason: 'box-command' });
  });

  const lies: Record<string, string> = {
    'a negative offset': line({ file: 'stdout.log', offset: -1, bytes: 1 }),
    'a negative length': line({ file: 'stdout.log', offset: 0, bytes: -1 }),
    'a gap that would make a huge file of our copy': line({ file: 'stdout.log', offset: 0, next: 2 ** 52 }),
    'an offset that leaves bytes out': `${line({ file: 'stdout.log', offset: 7, bytes: 1 })}x`,
    'a file that is not one of a job': line({ file: '../../.ssh/authorized_keys', offset: 0, bytes: 1 }),
    'the state of another job': line({ status: status('other') }),
    'a state that there is not': line({ status: status('j', { state: 'splendid' }) }),
  };
  for (const [what, lie] of Object.entries(lies)) {
    it(`is not believed about ${what}`, async () => {
      await assert.rejects(follow(running, lie), { reason: 'box-command' });
    });
  }

  it('may promise more bytes than it sends without anything being kept for them', async () => {
    const promised = `${line({ file: 'stdout.log', offset: 0, bytes: 2 ** 40 })}few`;
    await assert.rejects(follow(promised), { reason: 'box-command' });
  });

  it('cannot change what all objects have', async () => {
    const poisoned = running.replace(
      '{"status":{',
      '{"__proto__":{"polluted":1},"status":{"__proto__":{"polluted":1},',
    );
    const updates = await follow(poisoned, line({ status: status('j') }));
    assert.equal(({} as { polluted?: number }).polluted, undefined);
    const told = updates.map((update) => (update.type === 'status' ? update.status : assert.fail()));
    for (const each of told) assert.equal((each as { polluted?: number }).polluted, undefined);
  });

  it('cannot tell of a job that was not asked about', async () => {
    const box = lyingBox(() => [], { statuses: [status('other'), status('j')] });
    assert.deepEqual(
      (await box.status(['j'])).map(({ id }) => id),
      ['j'],
    );
  });

  it('cannot move or colour the terminal with what it says', async () => {
    const message = 'Done.\u001b[2J\u001b]0;owned\u0007\u009b31m\rAll is well';
    const [update] = await follow(line({ status: status('j', { failure: { class: 'exit', message } }) }));
    assert.ok(update?.type === 'status');
    assert.doesNotMatch(plain(update.status.failure?.message ?? ''), /[\u0000-\u001f\u007f-\u009f]/);
  });
});
