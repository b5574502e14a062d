/** The system's own `ssh` against a real server: what is said when it does not work, and what a lost connection does. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { resolveDestination } from '../../src/adapters/ssh/destination';
import { ProgramShell } from '../../src/adapters/ssh/program/program-shell';
import { type ErrorReason, MlInternError } from '../../src/core/errors';
import type { BoxShell } from '../../src/core/ports/shell';
import { withoutSshProgram } from '../support/ssh-config';
import { startSecondSshd } from '../support/second-sshd';
import { startTestSshd, type TestSshd } from '../support/sshd';

const run = promisify(execFile);

describe('ssh through the system’s program', () => {
  let server: TestSshd;
  let folder: string;
  const shells: BoxShell[] = [];
  const shell = async (
    changes?: Record<string, string | number>,
    options: Partial<ConstructorParameters<typeof ProgramShell>[0]> = {},
  ) => {
    const made = new ProgramShell({ host: 'test-box', configFile: await server.config(changes), ...options });
    shells.push(made);
    return made;
  };
  const newKey = async (name: string) => {
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
    return join(folder, name);
  };

  before(async () => {
    server = await startTestSshd();
    folder = await mkdtemp(join(tmpdir(), 'ml-intern ssh-'));
  });

  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  afterEach(async () => {
    await Promise.all(shells.splice(0).map((each) => each.close()));
  });

  it('runs commands with input, output, error output and exit code', async () => {
    const result = await (await shell()).exec('cat; echo oops >&2; exit 3', { stdin: 'a é\n' });
    assert.deepEqual(result, { code: 3, stdout: 'a é\n', stderr: 'oops\n' });
  });

  it('tells a command that ends with 255, and one that is killed, from a connection that fails', async () => {
    const one = await shell();
    const ended = await one.exec('echo bad >&2; exit 255');
    assert.deepEqual(ended, { code: 255, stdout: '', stderr: 'bad\n' });
    assert.equal((await one.exec('kill -9 $$')).code, 137);
  });

  it('passes any command line through the login shell unharmed', async () => {
    const text = `it's "quoted" $HOME \`x\` \\ 100%\nnew line`;
    const { stdout } = await (await shell()).exec(`printf '%s' '${text.replaceAll("'", `'\\''`)}'`);
    assert.equal(stdout, text);
  });

  it('runs more commands at once than a server allows sessions, over one connection', async () => {
    const one = await shell();
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) => one.exec(`echo ${i} "\${SSH_CONNECTION%% 127*}"`)),
    );
    assert.deepEqual(
      results.map(({ stdout }) => stdout.split(' ')[0]),
      Array.from({ length: 20 }, (_, i) => String(i)),
    );
    const ports = await Promise.all([1, 2].map(async () => (await one.exec('echo "$SSH_CONNECTION"')).stdout));
    assert.equal(ports[0], ports[1]);
  });

  it('fails a stream whose command fails', async () => {
    const one = await shell();
    await rejects(drain(one.stream('echo no space >&2; exit 4')), 'box-command', /code 4: no space/);
    await rejects(drain(one.stream('echo no space >&2; exit 255')), 'box-command', /code 255: no space/);
  });

  it('gives up on a command that takes too long, stops when asked to, and can go on', async () => {
    const one = await shell();
    await one.exec('true');
    await rejects(one.exec('sleep 30', { timeoutMs: 300 }), 'timeout', /0.3 s/);
    const stopping = new AbortController();
    const waiting = one.exec('echo begun; sleep 30', { signal: stopping.signal });
    stopping.abort();
    await assert.rejects(waiting, { name: 'AbortError' });
    assert.equal((await one.exec('echo on')).stdout, 'on\n');
  });

  it('says that contact was lost when the connection drops, and connects again on the next use', async () => {
    const one = await shell();
    const cut = async () => {
      for await (const _ of one.stream('echo begun; sleep 30')) await server.dropConnections();
    };
    await rejects(cut(), 'box-lost-contact', /was lost/, /go on/);
    assert.equal((await one.exec('echo back')).stdout, 'back\n');
  });

  it('connects anew when the shared connection was killed', async () => {
    const one = await shell();
    const connection = async () => (await one.exec('echo "$SSH_CONNECTION"')).stdout;
    const first = await connection();
    const { stdout } = await run('pgrep', ['-f', `${server.home}/.* -M -N -f`]);
    for (const pid of stdout.trim().split('\n')) process.kill(Number(pid), 'SIGKILL');
    // The first command may find the socket of a process that is about to be gone, and then goes by itself.
    assert.notEqual(await connection(), first);
    assert.equal(await connection(), await connection());
  });

  it('goes on with connections of their own where a server allows few sessions on one', async () => {
    const strict = await startSecondSshd(server, folder, ['MaxSessions 1']);
    const one = await shell({ Port: strict.port, UserKnownHostsFile: strict.knownHostsPath });
    const results = await Promise.all([1, 2, 3, 4].map((i) => one.exec(`sleep 1; echo ${i}`)));
    assert.deepEqual(
      results.map(({ stdout }) => stdout),
      ['1\n', '2\n', '3\n', '4\n'],
    );
    await one.close();
    await strict.stop();
  });

  it('says that a server allows no tunnels', async () => {
    const strict = await startSecondSshd(server, folder, ['AllowTcpForwarding no']);
    const one = await shell({ Port: strict.port, UserKnownHostsFile: strict.knownHostsPath });
    await rejects(one.tunnel(server.port), 'box-command', /does not allow tunnels/, /AllowTcpForwarding/);
    await one.close();
    await strict.stop();
  });

  it('makes a connection for each command where `ssh` can share none', async () => {
    const { platform } = process;
    Object.defineProperty(process, 'platform', { value: 'win32' });
    const one = await shell();
    Object.defineProperty(process, 'platform', { value: platform });
    const results = await Promise.all([1, 2].map(() => one.exec('echo "$SSH_CONNECTION"; exit 255')));
    assert.deepEqual(
      results.map(({ code }) => code),
      [255, 255],
    );
    assert.notEqual(results[0]?.stdout, results[1]?.stdout);
    const cut = async () => {
      for await (const _ of one.stream('echo begun; sleep 30')) await server.dropConnections();
    };
    await rejects(cut(), 'box-lost-contact', /was lost/);
  });

  it('keeps our keys from `ssh` and what it starts', async () => {
    process.env['SOME_API_KEY'] = 'sk-hidden';
    const seen = join(folder, 'environment');
    const asked = join(folder, 'environment-of-match');
    const one = await shell({ ProxyCommand: `sh -c "env > '${seen}'; true"` });
    await rejects(one.exec('true'), 'box-unreachable', /cannot be reached/);
    const configFile = await server.config({ Port: `${server.port}\nMatch exec "env > '${asked}'"` });
    await resolveDestination('test-box', {}, configFile);
    Reflect.deleteProperty(process.env, 'SOME_API_KEY');
    for (const file of [seen, asked]) {
      const environment = await readFile(file, 'utf8');
      assert.match(environment, /^PATH=/m);
      assert.doesNotMatch(environment, /sk-hidden/);
    }
  });

  it('leaves no connection and no folder behind', async () => {
    const { TMPDIR } = process.env;
    process.env['TMPDIR'] = await mkdtemp(join(folder, 't'));
    const one = await shell();
    try {
      await one.exec('true');
      const [name = ''] = await readdir(tmpdir());
      assert.deepEqual(await readdir(join(tmpdir(), name)), ['s']);
      assert.equal((await stat(join(tmpdir(), name))).mode & 0o777, 0o700);
      await one.close();
      assert.deepEqual(await readdir(tmpdir()), []);
    } finally {
      Object.assign(process.env, TMPDIR === undefined ? {} : { TMPDIR });
      if (TMPDIR === undefined) Reflect.deleteProperty(process.env, 'TMPDIR');
    }
  });

  for (const host of ['-oProxyCommand=touch /tmp/x', 'a b', '', 'ann@-x']) {
    it(`refuses \`${host}\` as a host`, async () =>
      rejects((await shell({}, { host })).exec('true'), 'bad-input', /not a host/));
  }

  describe('host keys', () => {
    it('refuses an unknown host and tells its fingerprint', async () => {
      const { stdout } = await run('ssh-keygen', ['-lf', join(server.home, 'host_key.pub')]);
      const print = stdout.split(' ')[1] ?? '';
      const unknown = await shell({ UserKnownHostsFile: `"${folder}/none"` });
      await rejects(unknown.exec('true'), 'box-host-key-unknown', new RegExp(print.replaceAll('+', '\\+')));
    });

    it('asks about an unknown host when somebody can answer, and remembers a yes', async () => {
      const file = join(server.home, 'asked');
      await writeFile(file, '# mine');
      const asked: string[] = [];
      const confirmHostKey = (print: string) => Promise.resolve(asked.push(print) > 0);
      const one = await shell({ UserKnownHostsFile: `"${file}"` }, { confirmHostKey });
      assert.equal((await one.exec('echo in')).stdout, 'in\n');
      assert.equal(asked.length, 1);
      assert.match(await readFile(file, 'utf8'), /^# mine\n\[127\.0\.0\.1\]:\d+ ssh-ed25519 \S+\n/);
    });

    it('takes no for an answer', async () => {
      const file = join(folder, 'refused');
      await writeFile(file, '');
      const one = await shell({ UserKnownHostsFile: `"${file}"` }, { confirmHostKey: () => Promise.resolve(false) });
      await rejects(one.exec('true'), 'box-host-key-unknown', /not known/);
      assert.equal(await readFile(file, 'utf8'), '');
    });

    it('asks nobody where the configuration says that unknown hosts are refused', async () => {
      const confirmHostKey = () => assert.fail('it is settled');
      const strict = { StrictHostKeyChecking: 'yes', UserKnownHostsFile: `${server.home}/strict` };
      await rejects((await shell(strict, { confirmHostKey })).exec('true'), 'box-host-key-unknown', /SHA256:/);
    });

    it('refuses a changed host key without asking', async () => {
      const file = join(folder, 'changed');
      const key = (await readFile(`${await newKey('other-host')}.pub`, 'utf8')).split(' ').slice(0, 2).join(' ');
      await writeFile(file, `[${server.host}]:${server.port} ${key}\n`);
      const confirmHostKey = () => assert.fail('a changed key is not a question');
      const one = await shell({ UserKnownHostsFile: `"${file}"` }, { confirmHostKey });
      const mend = new RegExp(`ssh-keygen -R '\\[127\\.0\\.0\\.1\\]:${server.port}'`);
      await rejects(one.exec('true'), 'box-host-key-changed', /SHA256:.*set up anew/, mend);
    });
  });

  describe('failing to connect', () => {
    it('says that a key is not accepted', async () => {
      const refused = await shell({ IdentityFile: `"${await newKey('stranger')}"` });
      await rejects(refused.exec('true'), 'box-auth', /does not let you in: .*Permission denied/, /ssh-add/);
    });

    it('says that there is no `ssh` program', async () => {
      const one = await shell();
      const failing = withoutSshProgram(folder, () => one.exec('true'));
      await rejects(failing, 'box-unreachable', /`ssh` program cannot be started/, /Install OpenSSH/);
    });

    it('says that nothing listens there, and goes on when something does', async () => {
      const one = await shell();
      await server.down();
      await rejects(one.exec('true'), 'box-unreachable', /refused/, /SSH server runs/);
      await server.up();
      assert.equal((await one.exec('echo up')).stdout, 'up\n');
    });

    it('says that there is no such machine, or that something else answers', async () => {
      const nowhere = await shell({ HostName: 'no-such-box.invalid' });
      await rejects(nowhere.exec('true'), 'box-unreachable', /no-such-box/, /Check the name/);
      const other = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
      await once(other.listen(0, server.host), 'listening');
      const { port } = other.address() as AddressInfo;
      await rejects((await shell({ Port: port })).exec('true'), 'box-unreachable', /cannot be reached/);
      other.close();
    });
  });
});

async function drain(chunks: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of chunks);
}

async function rejects(work: Promise<unknown>, reason: ErrorReason, message: RegExp, next = /\S/): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(MlInternError.is(error, reason), String(error));
    assert.match(error.message, message);
    assert.match(error.next, next);
    return true;
  });
}
