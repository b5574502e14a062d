/** Signing in: locked keys against a real sshd; passwords and second factors against a scripted stand-in. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { appendFile, chmod, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { AuthContext, KeyboardAuthContext } from 'ssh2';
import { SshShell } from '../../src/adapters/ssh/ssh-shell';
import { type ErrorReason, MlInternError } from '../../src/core/errors';
import type { Prompts } from '../../src/core/ports/prompts';
import { type AuthServer, startAuthServer } from '../support/auth-server';
import { Kept, Person, withAgent } from '../support/sign-in';
import { startTestSshd, type TestSshd } from '../support/sshd';

const run = promisify(execFile);
const hasKeygen = spawnSync('ssh-keygen', ['-?']).error === undefined;

async function rejects(work: Promise<unknown>, reason: ErrorReason, message: RegExp, next = /./): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof MlInternError, String(error));
    assert.equal(error.reason, reason);
    assert.match(error.message, message);
    assert.match(error.next ?? '', next);
    return true;
  });
}

const shells: SshShell[] = [];
const kept = <T extends SshShell>(shell: T): T => (shells.push(shell), shell);
const closeAll = () => Promise.all(shells.splice(0).map((shell) => shell.close()));

(hasKeygen ? describe : describe.skip)('locked SSH keys', () => {
  let server: TestSshd;
  let folder: string;
  let locked: string;
  const shell = (options: Parameters<TestSshd['shell']>[0] = {}) =>
    kept(server.shell({ ...options, overrides: { identityFile: locked } }));

  before(async () => {
    server = await startTestSshd();
    folder = await mkdtemp(join(tmpdir(), 'ml-intern-locked-'));
  });

  beforeEach(async () => {
    locked = join(await mkdtemp(join(folder, 'key-')), 'id');
    await copyFile(server.keyPath, locked);
    await chmod(locked, 0o600);
    await run('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'open sesame', '-f', locked]);
  });

  afterEach(closeAll);

  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('are unlocked with the passphrase that the person gives, once for the whole process', async () => {
    const prompts = new Person('open sesame');
    assert.equal((await shell({ prompts }).exec('echo in')).stdout, 'in\n');
    assert.equal((await shell({ prompts }).exec('echo again')).stdout, 'again\n');
    assert.deepEqual(prompts.kinds(), ['passphrase']);
    assert.match(prompts.asked[0]?.what ?? '', /Passphrase of .*id$/);
    assert.deepEqual([prompts.asked[0]?.echo, prompts.asked[0]?.mayRemember], [false, false]);
  });

  it('ask once when two boxes want the same key at the same time', async () => {
    const prompts = new Person('open sesame');
    await Promise.all([shell({ prompts }).exec('true'), shell({ prompts }).exec('true')]);
    assert.equal(prompts.asked.length, 1);
  });

  it('ask again after a wrong passphrase, three times at most', async () => {
    const prompts = new Person('wrong', 'open sesame');
    assert.equal((await shell({ prompts }).exec('echo in')).stdout, 'in\n');
    assert.match(prompts.asked[1]?.detail ?? '', /does not fit/);
    const lost = new Person('one', 'two', 'three', 'open sesame');
    await rejects(shell({ prompts: lost }).exec('true'), 'box-auth', /no passphrase fitted/, /ssh-add/);
    assert.equal(lost.asked.length, 3);
  });

  it('say how to go on when the person declines, and ask anew the next time', async () => {
    const prompts = new Person(undefined, 'open sesame');
    const one = shell({ prompts });
    await rejects(one.exec('true'), 'box-auth', /passphrase of .* was not given/, /ssh-add/);
    assert.equal((await one.exec('echo in')).stdout, 'in\n');
  });

  it('are remembered when the person wants it', async () => {
    const secrets = new Kept();
    const prompts = new Person({ answer: 'wrong', remember: true }, { answer: 'open sesame', remember: true });
    await shell({ prompts, secrets }).exec('true');
    assert.equal(prompts.asked[0]?.mayRemember, true);
    assert.deepEqual([...secrets.all], [[`ssh-key:${locked}`, 'open sesame']]);
    const nobody = new Person();
    assert.equal((await shell({ prompts: nobody, secrets }).exec('echo in')).stdout, 'in\n');
    assert.deepEqual(nobody.asked, []);
  });

  it('forget a kept passphrase that does not fit any more', async () => {
    const secrets = new Kept();
    secrets.all.set(`ssh-key:${locked}`, 'of last year');
    const prompts = new Person('open sesame');
    assert.equal((await shell({ prompts, secrets }).exec('echo in')).stdout, 'in\n');
    assert.deepEqual([...secrets.all], []);
  });

  it('ask nobody where nobody is, and lose nothing that is kept', async () => {
    const secrets = new Kept();
    await rejects(shell({ secrets }).exec('true'), 'box-auth', /protected by a passphrase/, /ssh-add/);
    secrets.all.set(`ssh-key:${locked}`, 'of last year');
    await rejects(shell({ secrets }).exec('true'), 'box-auth', /kept for .* does not fit/);
    assert.equal(secrets.all.size, 1);
  });

  it('are not asked about when the server does not want the key', async () => {
    await rm(locked);
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'open sesame', '-f', locked]);
    const prompts = new Person('open sesame');
    await rejects(shell({ prompts }).exec('true'), 'box-auth', /does not accept any of your keys/);
    assert.deepEqual(prompts.asked, []);
  });

  for (const [type, format] of [
    ['rsa', 'RFC4716'],
    ['ecdsa', 'RFC4716'],
    ['ed25519', 'RFC4716'],
    ['rsa', 'PEM'],
    ['ecdsa', 'PEM'],
  ] as const) {
    it(`are unlocked when they are ${type} keys in the format ${format}`, async () => {
      await rm(locked);
      await run('ssh-keygen', ['-q', '-t', type, '-m', format, '-N', 'open sesame', '-f', locked]);
      const line = await readFile(`${locked}.pub`, 'utf8');
      const authorized = await allow(server, line);
      // Without its public half a PEM key is asked about when its turn comes.
      await rm(`${locked}.pub`);
      const prompts = new Person('open sesame');
      assert.equal((await shell({ prompts }).exec('echo in')).stdout, 'in\n');
      assert.equal(prompts.asked.length, 1);
      await authorized.undo();
    });
  }

  it('are spared the question when the agent holds them', async () => {
    await withAgent(folder, async (socket, add) => {
      await add(server.keyPath);
      const options = await configured(folder, server, { IdentityFile: locked, IdentityAgent: socket });
      for (const identitiesOnly of ['yes', 'no']) {
        const prompts = new Person();
        const configFile = await options({ IdentitiesOnly: identitiesOnly });
        const one = kept(new SshShell({ host: 'agent-box', configFile, prompts }));
        assert.equal((await one.exec('echo in')).stdout, 'in\n');
        assert.deepEqual(prompts.asked, []);
      }
    });
  });

  it('do without an agent that is gone', async () => {
    const options = await configured(folder, server, { IdentityFile: server.keyPath, IdentityAgent: '/nowhere/agent' });
    const one = kept(new SshShell({ host: 'agent-box', configFile: await options({}) }));
    assert.equal((await one.exec('echo in')).stdout, 'in\n');
  });
});

describe('passwords and second factors (stand-in server)', () => {
  let server: AuthServer;
  afterEach(async () => {
    await closeAll();
    await server.stop();
  });
  const start = async (newJudge: Parameters<typeof startAuthServer>[0]) => (server = await startAuthServer(newJudge));
  const shell = (options: Parameters<AuthServer['shell']>[0]) => kept(server.shell(options));
  const isIn = async (one: SshShell) => assert.equal((await one.exec('true')).code, 0);
  const passwordOnly = () => (context: AuthContext) =>
    context.method === 'password' && context.password === 'secret' ? context.accept() : context.reject(['password']);
  const passwordName = () => `ssh-password:${server.user}@127.0.0.1:${server.port}`;

  it('asks for a password, again after a wrong one, and for none on the next connection', async () => {
    await start(passwordOnly);
    const prompts = new Person('wrong', 'secret');
    await isIn(shell({ prompts }));
    await isIn(shell({ prompts }));
    assert.deepEqual(prompts.kinds(), ['password', 'password']);
    assert.deepEqual(server.attempts, ['password', 'password', 'password']);
  });

  it('ends after three wrong passwords, and tells none of them', async () => {
    await start(passwordOnly);
    const prompts = new Person('wrong-1', 'wrong-2', 'wrong-3', 'secret');
    const failing = shell({ prompts }).exec('true');
    await rejects(failing, 'box-auth', /did not accept what was answered/, /ssh code-box/);
    const error = await failing.catch((caught: unknown) => caught as Error);
    assert.doesNotMatch(JSON.stringify(error, Object.getOwnPropertyNames(error)), /wrong-\d/);
    assert.equal(prompts.asked.length, 3);
    assert.deepEqual([...prompts.answered], []);
  });

  it('keeps a password only when it was right and the person wants it, and forgets it when it is right no more', async () => {
    let right = 'secret';
    await start(
      () => (context) =>
        context.method === 'password' && context.password === right ? context.accept() : context.reject(['password']),
    );
    const secrets = new Kept();
    await isIn(
      shell({ secrets, prompts: new Person({ answer: 'no', remember: true }, { answer: right, remember: true }) }),
    );
    assert.deepEqual([...secrets.all], [[passwordName(), 'secret']]);
    await isIn(shell({ secrets }));
    right = 'changed';
    await rejects(shell({ secrets }).exec('true'), 'box-auth', /./);
    assert.equal(secrets.all.size, 1);
    await isIn(shell({ secrets, prompts: new Person('changed') }));
    assert.equal(secrets.all.size, 0);
  });

  it('asks nobody where nobody is', async () => {
    await start(passwordOnly);
    await rejects(shell({}).exec('true'), 'box-auth', /does not accept any of your keys/);
    assert.deepEqual(server.attempts, []);
  });

  it('says that a password was not given', async () => {
    await start(passwordOnly);
    await rejects(shell({ prompts: new Person() }).exec('true'), 'box-auth', /password of .* was not given/);
  });

  const questions = [
    { prompt: 'Login name of the vault: ', echo: true },
    { prompt: 'Verification\u001b[2J code: ', echo: false },
  ];
  const withCode = (context: KeyboardAuthContext, want: string[]) =>
    context.prompt(questions, 'Two factors', 'Look at your phone.', (answers) =>
      answers.join() === want.join() ? context.accept() : context.reject(['keyboard-interactive']),
    );

  it('asks what the server asks, in its order, and shows what may be seen', async () => {
    await start(() => (context) => {
      if (context.method === 'keyboard-interactive') return withCode(context, ['ada', '123456']);
      return context.reject(['keyboard-interactive']);
    });
    const secrets = new Kept();
    const prompts = new Person(
      'ada',
      '000000',
      { answer: 'ada', remember: true },
      { answer: '123456', remember: true },
    );
    await isIn(shell({ prompts, secrets }));
    assert.deepEqual(
      prompts.asked.slice(2).map(({ kind, echo, mayRemember }) => ({ kind, echo, mayRemember })),
      [
        { kind: 'code', echo: true, mayRemember: false },
        { kind: 'code', echo: false, mayRemember: false },
      ],
    );
    assert.match(prompts.asked[0]?.detail ?? '', /code-box.*Two factors.*Look at your phone/);
    assert.doesNotMatch(prompts.asked[1]?.what ?? '', /\p{C}/u);
    assert.deepEqual([[...secrets.all], [...prompts.answered]], [[], []]);
  });

  it('gives key and code where the server wants both', async () => {
    await start((own) => {
      let keyGiven = false;
      return (context) => {
        if (context.method === 'publickey' && !keyGiven && context.key.data.equals(own.publicKey)) {
          if (!context.signature) return context.accept();
          keyGiven = true;
          return context.reject(['keyboard-interactive'], true);
        }
        if (context.method === 'keyboard-interactive' && keyGiven) return withCode(context, ['ada', '123456']);
        return context.reject([keyGiven ? 'keyboard-interactive' : 'publickey']);
      };
    });
    const prompts = new Person('ada', '123456');
    await isIn(shell({ prompts, overrides: { identityFile: server.keyPath } }));
    assert.deepEqual(prompts.kinds(), ['code', 'code']);
  });

  (hasKeygen ? it : it.skip)('gives a key of the agent and a code, whatever other keys the agent holds', async () => {
    await start((own) => {
      let keyGiven = false;
      return (context) => {
        if (keyGiven && context.method === 'keyboard-interactive') return withCode(context, ['ada', '123456']);
        const fits = !keyGiven && context.method === 'publickey' && context.key.data.equals(own.publicKey);
        if (!fits) return context.reject([keyGiven ? 'keyboard-interactive' : 'publickey']);
        if (!context.signature) return context.accept();
        keyGiven = true;
        return context.reject(['keyboard-interactive'], true);
      };
    });
    await withAgent(server.folder, async (socket, add) => {
      for (const name of ['before', 'fits', 'after']) {
        const path = name === 'fits' ? server.keyPath : join(server.folder, name);
        if (name !== 'fits') await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path]);
        await add(path);
      }
      const options = await configured(server.folder, server, { IdentityFile: '/nowhere/id', IdentityAgent: socket });
      const prompts = new Person('ada', '123456');
      await isIn(kept(new SshShell({ host: 'agent-box', configFile: await options({}), prompts })));
      assert.deepEqual(prompts.kinds(), ['code', 'code']);
    });
  });

  it('says that the server wants a new password', async () => {
    await start(() => (context) => {
      if (context.method !== 'password') return context.reject(['password']);
      return context.requestChange('Choose a new one: ', () => context.reject());
    });
    const expired = shell({ prompts: new Person('of last year') }).exec('true');
    await rejects(expired, 'box-auth', /wants a new password/, /choose a new password there/);
  });

  it('gives password and code through the questions of the server, the password only once', async () => {
    await start(() => (context) => {
      if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive', 'password']);
      return context.prompt([{ prompt: 'Password: ', echo: false }], ([password]) =>
        context.prompt([{ prompt: 'Code: ', echo: false }], ([code]) =>
          password === 'secret' && code === '1' ? context.accept() : context.reject(['keyboard-interactive']),
        ),
      );
    });
    const prompts = new Person('secret', '1', '1');
    await isIn(shell({ prompts }));
    await isIn(shell({ prompts }));
    assert.deepEqual(prompts.kinds(), ['password', 'code', 'code']);
  });

  it('ends when a code is not given, and when the server does not wait for it', async () => {
    await start(() => (context) => {
      if (context.method === 'keyboard-interactive') return withCode(context, []);
      return context.reject(['keyboard-interactive']);
    });
    await rejects(shell({ prompts: new Person() }).exec('true'), 'box-auth', /answer to "Login name.*" was not given/);
    const slow: Prompts = {
      answered: new Map(),
      secret: (_question, signal) => {
        server.hangUp();
        return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(undefined)));
      },
    };
    await rejects(shell({ prompts: slow }).exec('true'), 'box-auth', /hung up while it waited/, /Try again/);
  });

  it('leaves questions alone that a server fails without asking', async () => {
    await start(() => (context) => {
      if (context.method === 'password' && context.password === 'secret') return context.accept();
      return context.reject(['keyboard-interactive', 'password']);
    });
    await isIn(shell({ prompts: new Person('secret') }));
    assert.deepEqual(server.attempts, ['keyboard-interactive', 'password']);
  });
});

async function allow(server: TestSshd, line: string): Promise<{ undo(): Promise<void> }> {
  const file = join(server.home, 'authorized_keys');
  const before = await readFile(file, 'utf8');
  await appendFile(file, `\n${line}`);
  return { undo: () => writeFile(file, before) };
}

/** A configuration file for `agent-box`, with more settings for each test. */
async function configured(
  folder: string,
  server: Pick<TestSshd, 'host' | 'port' | 'user' | 'knownHostsPath'>,
  settings: Record<string, string>,
) {
  const fixed = {
    HostName: server.host,
    Port: server.port,
    User: server.user,
    UserKnownHostsFile: server.knownHostsPath,
  };
  return async (more: Record<string, string>) => {
    const file = join(folder, `config-${Object.values(more).join('-')}`);
    const lines = Object.entries({ ...fixed, ...settings, ...more }).map(([name, value]) => `  ${name} ${value}`);
    await writeFile(file, ['Host agent-box', ...lines, ''].join('\n'));
    return file;
  };
}
