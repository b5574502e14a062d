// The questions of an SSH sign-in in a real extension host, with a stand-in for the person at the window.
import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import { EventEmitter } from 'vscode';
import { SecretDesk } from '../../src/adapters/ssh/secret-desk';
import { EditorSecrets } from '../../src/vscode/secrets';
import { EditorPrompts } from '../../src/vscode/ssh-prompts';

type Window = ConstructorParameters<typeof EditorPrompts>[0];

class MemoryStorage implements vscode.SecretStorage {
  readonly kept = new Map<string, string>();
  readonly onDidChange = new EventEmitter<vscode.SecretStorageChangeEvent>().event;
  keys = () => Promise.resolve([...this.kept.keys()]);
  get = (name: string) => Promise.resolve(this.kept.get(name));
  store = (name: string, value: string) => Promise.resolve(void this.kept.set(name, value));
  delete = (name: string) => Promise.resolve(void this.kept.delete(name));
}

/** A person who types these answers, and then picks what begins so; undefined is Escape. */
function personWho(answers: (string | undefined)[], picks: (string | undefined)[] = []) {
  const asked: vscode.InputBoxOptions[] = [];
  const window = {
    showInputBox: (options: vscode.InputBoxOptions) => (asked.push(options), Promise.resolve(answers.shift())),
    showQuickPick: (items: vscode.QuickPickItem[]) => {
      const pick = picks.shift();
      return Promise.resolve(items.find(({ label }) => label === pick));
    },
  };
  return { asked, window: window as unknown as Window };
}

const password = {
  kind: 'password',
  what: 'Password of ada@gpu1',
  detail: 'The box gpu1 asks for it.',
  echo: false,
} as const;
const passphrase = { ...password, kind: 'passphrase', what: 'Passphrase of ~/.ssh/id' } as const;

describe('the questions of an SSH sign-in', () => {
  it('hides what is typed and says who asks', async () => {
    const { asked, window } = personWho(['s3cret'], ['Only This Time']);
    const answer = await new EditorPrompts(window).secret({ ...password, mayRemember: true });
    assert.deepEqual(answer, { answer: 's3cret', remember: false });
    assert.deepEqual(asked, [{ title: password.what, prompt: password.detail, password: true, ignoreFocusOut: true }]);
  });

  it('shows a code while it is typed where the server says so, and never offers to remember it', async () => {
    const { asked, window } = personWho(['123456']);
    const desk = new SecretDesk(new EditorPrompts(window), new EditorSecrets(new MemoryStorage()));
    const code = { what: 'Verification code', detail: '', echo: true };
    assert.equal(await desk.code(code, new AbortController().signal), '123456');
    assert.equal(asked[0]?.password, false);
  });

  it('keeps a passphrase in the secret storage once it proved right, and only when the person wants that', async () => {
    const storage = new MemoryStorage();
    const { window } = personWho(['open', 'let me in'], ['Remember', 'Only This Time']);
    const desk = new SecretDesk(new EditorPrompts(window), new EditorSecrets(storage));
    assert.equal(await desk.ask('ssh-key:/id', passphrase), 'open');
    assert.equal(await desk.ask('ssh-password:ada@gpu1:22', password), 'let me in');
    assert.equal(storage.kept.size, 0);
    await desk.right('ssh-key:/id');
    await desk.right('ssh-password:ada@gpu1:22');
    assert.deepEqual([...storage.kept], [['ssh-key:/id', 'open']]);
  });

  it('asks once in a window, and again after a wrong answer or when all is forgotten', async () => {
    const storage = new MemoryStorage();
    const secrets = new EditorSecrets(storage);
    await secrets.setModelKey('https://models', 'k');
    const { asked, window } = personWho(['wrong', 'right', 'new'], ['Remember', 'Remember', 'Remember']);
    const prompts = new EditorPrompts(window);
    const desk = new SecretDesk(prompts, secrets);
    assert.equal(await desk.ask('ssh-key:/id', passphrase), 'wrong');
    await desk.wrong('ssh-key:/id', 'wrong');
    assert.equal(await desk.ask('ssh-key:/id', passphrase), 'right');
    await desk.right('ssh-key:/id');
    assert.equal(await desk.ask('ssh-key:/id', passphrase), 'right');
    assert.equal(asked.length, 2);
    prompts.answered.clear();
    assert.equal(await desk.known('ssh-key:/id'), 'right');
    assert.equal(await secrets.forgetSsh(), 1);
    assert.equal(await desk.known('ssh-key:/id'), undefined);
    assert.equal(await desk.ask('ssh-key:/id', passphrase), 'new');
    assert.equal(storage.kept.get('model:https://models'), 'k');
  });

  it('takes Escape for a no', async () => {
    const { window } = personWho([undefined, 'x'], [undefined]);
    const desk = new SecretDesk(new EditorPrompts(window), new EditorSecrets(new MemoryStorage()));
    assert.equal(await desk.ask('ssh-key:/id', passphrase), undefined);
    const { remember } = (await new EditorPrompts(window).secret({ ...password, mayRemember: true })) ?? {};
    assert.equal(remember, false);
  });

  it('keeps the token of a Hub under the name that its readers use, apart for each Hub', async () => {
    const storage = new MemoryStorage();
    const secrets = new EditorSecrets(storage);
    await secrets.setHubToken('https://huggingface.co', 'hf_1');
    assert.equal(await secrets.get('hub:https://huggingface.co'), 'hf_1');
    assert.equal(await secrets.get('hub:https://mirror'), undefined);
    await secrets.removeHubToken('https://huggingface.co');
    assert.equal(storage.kept.size, 0);
  });
});
