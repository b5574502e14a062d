/** Secrets on the terminal: what shows, what does not, and in which state the terminal is left. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { askHidden, type KeyInput } from '../../src/cli/ask-hidden';
import { TerminalPrompts } from '../../src/cli/ssh-prompts';
import type { SecretQuestion } from '../../src/core/ports/prompts';
import { FakeTerminal, FakeRuns, play } from './support';

const question = (more: Partial<SecretQuestion> = {}): SecretQuestion => ({
  kind: 'passphrase',
  what: 'Passphrase of /keys/id',
  detail: 'It is wanted for the box gpu1.',
  echo: false,
  mayRemember: false,
  ...more,
});

describe('SSH questions on the terminal', () => {
  it('hide what is secret, and show what may be seen', async () => {
    const terminal = new FakeTerminal(true, false, ['open sesame', 'ada']);
    const prompts = new TerminalPrompts(terminal);
    assert.deepEqual(await prompts.secret(question()), { answer: 'open sesame', remember: false });
    const shown = question({ kind: 'code', what: 'Login name:', detail: '', echo: true });
    assert.deepEqual(await prompts.secret(shown), { answer: 'ada', remember: false });
    assert.deepEqual(terminal.hidden, ['Passphrase of /keys/id: ']);
    assert.equal(terminal.stderr, 'It is wanted for the box gpu1.\nPassphrase of /keys/id: Login name: ');
  });

  it('take an empty answer for a no, but for a code', async () => {
    const prompts = new TerminalPrompts(new FakeTerminal(true, false, ['', undefined, '']));
    assert.equal(await prompts.secret(question()), undefined);
    assert.equal(await prompts.secret(question()), undefined);
    assert.deepEqual(await prompts.secret(question({ kind: 'code' })), { answer: '', remember: false });
  });

  it('are asked only where a person sits', async () => {
    const attended = await play(['box', 'check', 'gpu1'], new FakeRuns(), new FakeTerminal(true));
    const unattended = await play(['box', 'check', 'gpu1'], new FakeRuns(), new FakeTerminal(false));
    assert.ok(attended.options?.prompts);
    assert.equal(unattended.options?.prompts, undefined);
    assert.equal(attended.options?.secrets.keep, undefined);
  });
});

/** A keyboard, and what became of its modes. */
class Keyboard extends EventEmitter implements KeyInput {
  isRaw = false;
  readonly modes: boolean[] = [];
  reading = false;
  setRawMode(raw: boolean): void {
    this.isRaw = raw;
    this.modes.push(raw);
  }
  resume = () => (this.reading = true);
  pause = () => (this.reading = false);
}

describe('a hidden answer', () => {
  const ask = (keys: (string | Buffer)[], signal = new AbortController().signal) => {
    const keyboard = new Keyboard();
    const screen = { text: '', write: (text: string) => (screen.text += text) };
    const interrupts = { count: 0 };
    const answer = askHidden('Passphrase: ', signal, keyboard, screen, () => interrupts.count++);
    for (const key of keys) keyboard.emit('data', key);
    return { answer, keyboard, screen, interrupts };
  };
  const isAsBefore = (keyboard: Keyboard) => {
    assert.deepEqual([keyboard.modes, keyboard.reading], [[true, false], false]);
    assert.deepEqual([keyboard.listenerCount('data'), keyboard.listenerCount('end')], [0, 0]);
  };

  it('does not show, and may be corrected', async () => {
    const asked = ask(['op', 'x\u007fen', ' \u0015sésame', '\u001b', '\r']);
    assert.equal(await asked.answer, 'sésame');
    assert.equal(asked.screen.text, 'Passphrase: \n');
    isAsBefore(asked.keyboard);
  });

  it('is read whole when a letter comes in two pieces', async () => {
    const [first, second] = [Buffer.from('é').subarray(0, 1), Buffer.from('é').subarray(1)];
    assert.equal(await ask([first, second, '\n']).answer, 'é');
  });

  it('hands Ctrl-C on and leaves the terminal as it was', async () => {
    const asked = ask(['abc', '\u0003']);
    assert.equal(await asked.answer, undefined);
    assert.equal(asked.interrupts.count, 1);
    isAsBefore(asked.keyboard);
  });

  it('ends with the input, by Ctrl-D or a closed terminal', async () => {
    assert.equal(await ask(['\u0004']).answer, undefined);
    const asked = ask(['abc']);
    asked.keyboard.emit('end');
    assert.equal(await asked.answer, undefined);
    isAsBefore(asked.keyboard);
  });

  it('is given up when nobody wants it any more', async () => {
    const stopping = new AbortController();
    const asked = ask(['abc'], stopping.signal);
    stopping.abort();
    await assert.rejects(asked.answer, { name: 'AbortError' });
    isAsBefore(asked.keyboard);
  });
});
