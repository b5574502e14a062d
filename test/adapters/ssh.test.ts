/** SSH against a real server: who is trusted, what is said when it does not work, and what a lost connection does. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { resolveDestination } from '../../src/adapters/ssh/destination';
import { SshShell } from '../../src/adapters/ssh/ssh-shell';
import { MlInternError, type ErrorReason } from '../../src/core/errors';
import type { Shell } from '../../src/core/ports/shell';
import { startLoopbackSsh } from '../../src/practice/loopback-sshd';
import { startTestSshd, type TestSshd } from '../support/sshd';
import { newKeyPair } from '../support/key-pair';

const run = promisify(execFile);
const hasKeygen = spawnSync('ssh-keygen', ['-?']).error === undefined;
const itWithKeygen = hasKeygen ? it : it.skip;

describe('ssh', () => {
  let server: TestSshd;
  let folder: string;
  const shells: Shell[] = [];
  const shell = (...options: Parameters<TestSshd['shell']>) => {
    const made = server.shell(...options);
    shells.push(made);
    return made;
  };

  before(async () => {
    server = await startTestSshd();
    folder = await mkdtemp(join(tmpdir(), 'ml-intern-ssh-'));
  });

  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  afterEach(async () => {
    await Promise.all(shells.splice(0).map((each) => each.close()));
  });

  it('runs commands with input, output, error output and exit code', async () => {
    const result = await shell().exec('cat; echo oops >&2; exit 3', { stdin: 'a é\n' });
    assert.deepEqual(result, { code: 3, stdout: 'a é\n', stderr: 'oops\n' });
  });

  it('passes any command line through the login shell unharmed', async () => {
    const text = `it's "quoted" $HOME \`x\` \\ 100%\nnew line`;
    const { stdout } = await shell().exec(`printf '%s' '${text.replaceAll("'", `'\\''`)}'`);
    assert.equal(stdout, text);
  });

  it('runs more commands at once than a server allows channels', async () => {
    const one = shell();
    const results = await Promise.all(Array.from({ length: 25 }, (_, i) => one.exec(`echo ${i}`)));
    assert.deepEqual(
      results.map(({ stdout }) => stdout.trim()),
      Array.from({ length: 25 }, (_, i) => String(i)),
    );
  });

  it('streams bytes as they are', async () => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of shell().stream("printf '\\000\\377\\n'; head -c 300000 /dev/zero")) chunks.push(chunk);
    const all = Buffer.concat(chunks);
    assert.equal(all.length, 300_003);
    assert.deepEqual([...all.subarray(0, 3)], [0, 255, 10]);
  });

  it('fails a stream whose command fails', async () => {
    const reading = async () => {
      for await (const _ of shell().stream('echo no space >&2; exit 4'));
    };
    await rejects(reading(), 'box-command', /code 4: no space/);
  });

  it('gives up on a command that takes too long, and can go on', async () => {
    const one = shell();
    await rejects(one.exec('sleep 30', { timeoutMs: 300 }), 'timeout', /0.3 s/);
    assert.equal((await one.exec('echo on')).stdout, 'on\n');
  });

  it('stops waiting when asked to', async () => {
    const stopping = new AbortController();
    const one = shell();
    await one.exec('true');
    const waiting = one.exec('sleep 30', { signal: stopping.signal });
    stopping.abort();
    await assert.rejects(waiting, { name: 'AbortError' });
  });

  it('says that contact was lost when the connection drops, and connects again on the next use', async () => {
    const one = shell();
    await one.exec('true');
    const running = one.exec('sleep 30');
    const failing = rejects(running, 'box-lost-contact', /was lost/);
    await server.dropConnections();
    await failing;
    assert.equal((await one.exec('echo back')).stdout, 'back\n');
  });

  describe('host keys', () => {
    const knownHosts = async (name: string, text: string) => {
      const file = join(folder, name);
      await writeFile(file, text);
      return { overrides: { knownHostsFile: file } };
    };
    const real = async () => (await readFile(server.knownHostsPath, 'utf8')).trim();

    itWithKeygen('refuses an unknown host and tells its fingerprint', async () => {
      const { stdout } = await run('ssh-keygen', ['-lf', join(server.home, 'host_key.pub')]);
      const print = stdout.split(' ')[1] ?? '';
      await rejects(shell(await knownHosts('none', '')).exec('true'), 'box-host-key-unknown', print);
    });

    it('asks about an unknown host when somebody can answer, and remembers a yes', async () => {
      const empty = await knownHosts('asked', '# mine');
      const asked: string[] = [];
      const confirmHostKey = async (print: string) => asked.push(print) > 0;
      assert.equal((await shell({ ...empty, confirmHostKey }).exec('echo in')).stdout, 'in\n');
      assert.match(asked.join(), /^SHA256:[A-Za-z0-9+/]{43}$/);
      assert.equal(await readFile(empty.overrides.knownHostsFile, 'utf8'), `# mine\n${await real()}\n`);
      assert.equal((await shell(empty).exec('echo again')).stdout, 'again\n');
    });

    it('takes no for an answer', async () => {
      const empty = await knownHosts('refused', '');
      const refused = shell({ ...empty, confirmHostKey: () => Promise.resolve(false) }).exec('true');
      await rejects(refused, 'box-host-key-unknown', /not known/);
      assert.equal(await readFile(empty.overrides.knownHostsFile, 'utf8'), '');
    });

    it('refuses a changed host key without asking', async () => {
      const [, key] = newKeyPair().public.split(' ');
      const changed = await knownHosts('changed', `[${server.host}]:${server.port} ssh-ed25519 ${key}\n`);
      const confirmHostKey = () => assert.fail('a changed key is not a question');
      await rejects(shell({ ...changed, confirmHostKey }).exec('true'), 'box-host-key-changed', /set up anew/);
    });

    itWithKeygen('knows hashed host names', async () => {
      const hashed = await knownHosts('hashed', `${await real()}\n`);
      await run('ssh-keygen', ['-q', '-H', '-f', hashed.overrides.knownHostsFile]);
      assert.match(await readFile(hashed.overrides.knownHostsFile, 'utf8'), /^\|1\|/);
      assert.equal((await shell(hashed).exec('echo in')).stdout, 'in\n');
    });

    it('refuses a revoked host key', async () => {
      const revoked = await knownHosts('revoked', `${await real()}\n@revoked ${await real()}\n`);
      await rejects(shell(revoked).exec('true'), 'box-host-key-changed', /revoked/);
    });
  });

  describe('failing to connect', () => {
    it('says that a key is not accepted', async () => {
      const wrong = join(folder, 'wrong');
      await writeFile(wrong, newKeyPair().private, { mode: 0o600 });
      await rejects(shell({ overrides: { identityFile: wrong } }).exec('true'), 'box-auth', /does not accept/);
    });

    it('does not use a key file that others can read, and says how to mend it', async () => {
      const open = join(folder, 'open to all');
      await writeFile(open, await readFile(server.keyPath));
      await chmod(open, 0o644);
      const overrides = { identityFile: open };
      await rejects(shell({ overrides }).exec('true'), 'box-auth', /read by others/, /chmod 600 '.*open to all'/);
      await chmod(open, 0o600);
      assert.equal((await shell({ overrides }).exec('echo in')).stdout, 'in\n');
    });

    itWithKeygen('says that a key needs its passphrase, and uses one that it is given', async () => {
      const locked = join(folder, 'locked');
      await writeFile(locked, await readFile(server.keyPath));
      await chmod(locked, 0o600);
      await run('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'open sesame', '-f', locked]);
      const overrides = { identityFile: locked };
      await rejects(shell({ overrides }).exec('true'), 'box-auth', /passphrase/, /ssh-add/);
      const secrets = {
        get: (name: string) => Promise.resolve(name === `ssh-key:${locked}` ? 'open sesame' : undefined),
      };
      assert.equal((await shell({ overrides, secrets }).exec('echo in')).stdout, 'in\n');
    });

    it('says that nothing listens there', async () => {
      const port = await closedPort();
      await rejects(shell({ overrides: { port } }).exec('true'), 'box-unreachable', /refuses connections/);
    });

    it('says that there is no such machine', async () => {
      const hostname = 'no-such-box.invalid';
      await rejects(
        shell({ overrides: { hostname } }).exec('true'),
        'box-unreachable',
        /no machine called|no-such-box/,
      );
    });

    it('says that something else answers', async () => {
      const other = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
      await new Promise<void>((resolve) => other.listen(0, server.host, resolve));
      const { port } = other.address() as AddressInfo;
      await rejects(shell({ overrides: { port } }).exec('true'), 'box-unreachable', /cannot be reached/);
      other.close();
    });
  });

  describe('configuration', () => {
    it('follows an alias of the SSH configuration', async () => {
      const configFile = join(folder, 'config');
      await writeFile(
        configFile,
        `Host gpu\n  HostName ${server.host}\n  Port ${server.port}\n  User ${server.user}\n` +
          `  IdentityFile ${server.keyPath}\n  IdentitiesOnly yes\n  UserKnownHostsFile ${server.knownHostsPath}\n`,
      );
      const one = new SshShell({ host: 'gpu', configFile });
      shells.push(one);
      assert.equal((await one.exec('echo via alias')).stdout, 'via alias\n');
    });

    it('reads the configuration itself where there is no ssh program', async () => {
      const configFile = join(folder, 'plain-config');
      await writeFile(configFile, 'Host gpu\n  HostName 10.0.0.9\n  Port 2200\n  User ann\n  IdentityFile /keys/a\n');
      const path = process.env['PATH'];
      process.env['PATH'] = folder;
      try {
        const found = await resolveDestination('gpu', {}, configFile);
        assert.deepEqual(
          [found.hostname, found.port, found.user, found.identityFiles],
          ['10.0.0.9', 2200, 'ann', ['/keys/a']],
        );
      } finally {
        process.env['PATH'] = path;
      }
    });

    it('takes user@host:port', async () => {
      const found = await resolveDestination('bob@example.invalid:2022', {}, '/dev/null');
      assert.deepEqual([found.hostname, found.port, found.user], ['example.invalid', 2022, 'bob']);
    });

    for (const host of ['-oProxyCommand=touch /tmp/x', 'a b', '', 'ann@-x']) {
      it(`refuses \`${host}\` as a host`, () => rejects(resolveDestination(host), 'bad-input', /not a host/));
    }
  });

  it('keeps its host key between starts of the practice box', async () => {
    const home = join(folder, 'a home');
    const first = await startLoopbackSsh({ home });
    const key = await readFile(join(home, 'host_key.pub'), 'utf8');
    await first.stop();
    const second = await startLoopbackSsh({ home });
    assert.equal(second.kind, first.kind);
    assert.equal(await readFile(join(home, 'host_key.pub'), 'utf8'), key);
    await second.stop();
  });
});

async function rejects(
  work: Promise<unknown>,
  reason: ErrorReason,
  message: RegExp | string,
  next: RegExp = /\S/,
): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(MlInternError.is(error, reason), String(error));
    if (typeof message === 'string') assert.ok(error.message.includes(message), error.message);
    else assert.match(error.message, message);
    assert.match(error.next, next);
    return true;
  });
}

async function closedPort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  return port;
}
