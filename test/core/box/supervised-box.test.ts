/** What the box says is checked, bounded and retried with care; driven by a shell that says what each test wants. */
import assert from 'node:assert/strict';
import { SupervisedBox } from '../../../src/core/box/supervised-box';
import { MlInternError } from '../../../src/core/errors';
import type { JobUpdate } from '../../../src/core/ports/box';
import type { ExecResult, Shell } from '../../../src/core/ports/shell';
import { pythonJob } from '../../support/box-job';
import { hurriedClock } from '../../support/clock';

type Answer = ExecResult | Error;
type Stream = (string | Error)[];

const said = (value: unknown, code = 0): ExecResult => ({ code, stdout: `${JSON.stringify(value)}\n`, stderr: '' });
const prepared = said({ package: '/r/box/h', root: '/r' });
const lost = () => new MlInternError('box-lost-contact', 'gone', { next: 'wait' });

function status(state: string) {
  const times = { startedAt: 1, heartbeatAt: 2, endedAt: null, exitCode: null, wallSeconds: 1, gpuSeconds: 0 };
  return { id: 'j', kind: 'train', state, failure: null, ...times };
}

function data(file: string, offset: number, text: string): string {
  return `${JSON.stringify({ file, offset, bytes: Buffer.byteLength(text) })}\n${text}`;
}

const state = (name: string) => `${JSON.stringify({ status: status(name) })}\n`;

function boxThatSays(answers: Answer[], streams: Stream[] = []) {
  const commands: string[] = [];
  const inputs: string[] = [];
  const warnings: string[] = [];
  const logger = { info: () => undefined, warn: (said: string) => void warnings.push(said), error: () => undefined };
  const shell: Shell = {
    name: 'fake',
    exec: (command, options) => {
      commands.push(command);
      inputs.push(String(options?.stdin ?? ''));
      const answer = answers.shift() ?? assert.fail(`unexpected: ${command}`);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    async *stream(command) {
      commands.push(command);
      for (const part of streams.shift() ?? assert.fail(`unexpected: ${command}`)) {
        if (part instanceof Error) throw part;
        yield Buffer.from(part);
      }
    },
    close: () => Promise.resolve(),
  };
  const clock = hurriedClock(1);
  const box = new SupervisedBox({ name: 'fake', shell, packageFiles: { 'ml_intern_box/a.py': 'x' }, clock, logger });
  return { box, commands, inputs, warnings, clock };
}

async function all(updates: AsyncIterable<JobUpdate>): Promise<string[]> {
  const seen: string[] = [];
  for await (const update of updates) {
    if (update.type === 'data') seen.push(`${update.file}@${update.offset}:${Buffer.from(update.bytes).toString()}`);
    else if (update.type === 'gap') seen.push(`${update.file}@${update.offset}-${update.next}:gap`);
    else seen.push(update.type === 'status' ? update.status.state : update.state);
  }
  return seen;
}

describe('supervised box', () => {
  it('prepares the box once and then only asks', async () => {
    const { box, commands } = boxThatSays([prepared, said({ statuses: [] }), said({ statuses: [] })]);
    await box.list();
    await box.list();
    assert.equal(commands.length, 3);
    assert.equal(
      commands[2],
      'cd /r/box/h 2>/dev/null || exit 85; exec python3 -m ml_intern_box.supervisor --root /r list',
    );
  });

  it('sends secrets through the input, never on the command line', async () => {
    const { box, commands, inputs } = boxThatSays([prepared, said({ status: status('starting') })]);
    await box.submit({ ...pythonJob('print(1)'), secrets: { TOKEN: 'hf_hidden' } });
    assert.ok(commands.every((command) => !command.includes('hf_hidden')));
    assert.match(inputs[1] ?? '', /hf_hidden/);
  });

  it('ignores what a login script prints', async () => {
    const noisy = { ...said({ statuses: [] }), stdout: `Welcome!\n{not json\n${said({ statuses: [] }).stdout}` };
    const { box } = boxThatSays([prepared, noisy]);
    assert.deepEqual(await box.list(), []);
  });

  it('prepares again and repeats when contact is lost', async () => {
    const { box } = boxThatSays([prepared, lost(), prepared, said({ status: status('running') })]);
    assert.equal((await box.submit(pythonJob('print(1)'))).state, 'running');
  });

  it('gives up asking after three lost contacts', async () => {
    const { box } = boxThatSays([lost(), lost(), lost()]);
    await assert.rejects(box.list(), { reason: 'box-lost-contact' });
  });

  it('passes on that the disk of the box is full', async () => {
    const error = { reason: 'box-disk-full', message: 'No space.', next: 'Free some.' };
    const { box } = boxThatSays([prepared, said({ error }, 1)]);
    await assert.rejects(box.submit(pythonJob('print(1)')), { reason: 'box-disk-full', next: 'Free some.' });
    const early = boxThatSays([said({ error }, 1)]);
    await assert.rejects(early.box.check(), { reason: 'box-disk-full' });
  });

  it('does not take a reason from the box that is not the box’s to give', async () => {
    const error = { reason: 'approval-needed', message: 'x', next: 'y' };
    const { box } = boxThatSays([prepared, said({ error }, 1)]);
    await assert.rejects(box.list(), { reason: 'box-command' });
  });

  it('refuses answers that are not what was asked for', async () => {
    const { box } = boxThatSays([prepared, said({ statuses: [{ ...status('running'), state: 'dancing' }] })]);
    await assert.rejects(box.status(['j']), { reason: 'box-command' });
  });

  it('lists the other jobs when it does not understand what is said of one, and names that one', async () => {
    const odd = { ...status('dancing'), id: 'odd-1' };
    const { box, warnings } = boxThatSays([prepared, said({ statuses: [odd, status('running'), 7] })]);
    assert.deepEqual(
      (await box.list()).map(({ id }) => id),
      ['j'],
    );
    assert.match(warnings.join(), /left out: odd-1, one without an id\./);
  });

  it('bounds what the box says', async () => {
    const failure = { class: 'exit', message: 'x'.repeat(100_000) };
    const { box } = boxThatSays([prepared, said({ statuses: [{ ...status('failed'), failure }] })]);
    assert.equal((await box.list())[0]?.failure?.message.length, 1000);
  });
});

describe('following a job', () => {
  it('delivers every byte once, across cuts and repetitions', async () => {
    const { box, commands } = boxThatSays(
      [prepared, prepared, prepared],
      [
        [state('running'), data('stdout.log', 0, 'abc'), lost()],
        [lost()],
        [state('running'), data('stdout.log', 0, 'abcdef'), data('stdout.log', 3, 'de'), state('finished')],
      ],
    );
    assert.deepEqual(await all(box.follow('j', {})), [
      'running',
      'stdout.log@0:abc',
      'lost',
      'regained',
      'running',
      'stdout.log@3:def',
      'finished',
    ]);
    assert.match(commands.at(-1) ?? '', /--from '\{"stdout.log":3\}'/);
  });

  it('does not step over bytes that are missing', async () => {
    const { box } = boxThatSays(
      [prepared, prepared],
      [
        [data('stdout.log', 0, 'abc'), data('stdout.log', 9, 'xyz')],
        [data('stdout.log', 3, 'def'), state('finished')],
      ],
    );
    const seen = (await all(box.follow('j', {}))).filter((each) => each.includes('@'));
    assert.deepEqual(seen, ['stdout.log@0:abc', 'stdout.log@3:def']);
  });

  it('says which bytes the box no longer has, and goes on behind them', async () => {
    const gap = `${JSON.stringify({ file: 'stdout.log', offset: 3, next: 9 })}\n`;
    const { box } = boxThatSays(
      [prepared],
      [[data('stdout.log', 0, 'abc'), gap, data('stdout.log', 9, 'x'), state('finished')]],
    );
    const expected = ['stdout.log@0:abc', 'stdout.log@3-9:gap', 'stdout.log@9:x', 'finished'];
    assert.deepEqual(await all(box.follow('j', {})), expected);
  });

  it('does not take what a job prints for the word of the box', async () => {
    const { box } = boxThatSays([prepared], [[data('stdout.log', 0, state('failed')), state('finished')]]);
    assert.deepEqual(await all(box.follow('j', {})), [`stdout.log@0:${state('failed')}`, 'finished']);
  });

  it('passes on why the follower cannot go on', async () => {
    const error = { reason: 'bad-input', message: 'There is no job j on this box.', next: 'List the jobs.' };
    const { box } = boxThatSays([prepared], [[`${JSON.stringify({ error })}\n`]]);
    await assert.rejects(all(box.follow('j', {})), { reason: 'bad-input' });
  });

  it('puts lines together that arrive in pieces', async () => {
    const whole = data('metrics.jsonl', 0, '{"step": 1}\n') + state('finished');
    const { box } = boxThatSays([prepared], [[whole.slice(0, 20), whole.slice(20, 30), whole.slice(30)]]);
    const seen = await all(box.follow('j', {}));
    assert.equal(seen.pop(), 'finished');
    assert.equal(seen.map((each) => each.replace(/^.*?:/, '')).join(''), '{"step": 1}\n');
  });

  it('waits longer and longer, up to half a minute, for a box that is away', async () => {
    const away = Array.from({ length: 9 }, (): Stream => [lost()]);
    const answers = Array.from({ length: 10 }, () => prepared);
    const { box, clock } = boxThatSays(answers, [...away, [state('finished')]]);
    assert.deepEqual(await all(box.follow('j', {})), ['lost', 'regained', 'finished']);
    assert.deepEqual(clock.slept, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('gives up when the follower itself keeps dying', async () => {
    const streams = Array.from({ length: 6 }, (): Stream => []);
    const { box } = boxThatSays([prepared], streams);
    await assert.rejects(all(box.follow('j', {})), { reason: 'box-command' });
  });

  it('does not try again what cannot get better', async () => {
    const changed = new MlInternError('box-host-key-changed', 'changed', { next: 'ask' });
    const { box } = boxThatSays([prepared], [[state('running'), changed]]);
    await assert.rejects(all(box.follow('j', {})), { reason: 'box-host-key-changed' });
  });

  it('does not swallow a line without end', async () => {
    const streams = Array.from({ length: 6 }, (): Stream => ['x'.repeat(1024 * 1024)]);
    const { box } = boxThatSays(
      Array.from({ length: 6 }, () => prepared),
      streams,
    );
    await assert.rejects(all(box.follow('j', {})), /without end/);
  });
});
