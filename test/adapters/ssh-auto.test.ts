/** Which transport a host gets: the built-in one where it can, the system's `ssh` where that alone can, each said once. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { AutoShell } from '../../src/adapters/ssh/auto-shell';
import { startTestSshd, type TestSshd } from '../support/sshd';

const run = promisify(execFile);

describe('ssh transport: auto', () => {
  let server: TestSshd;
  let folder: string;
  const closing: (() => Promise<void>)[] = [];
  const said: string[] = [];
  const logger = { info: (text: string) => void said.push(text), warn: assert.fail, error: assert.fail };
  const auto = (configFile: string) => {
    const made = new AutoShell({ host: 'test-box', configFile, logger });
    closing.push(() => made.close());
    return made;
  };

  before(async () => {
    server = await startTestSshd();
    folder = await mkdtemp(join(tmpdir(), 'ml-intern-auto-'));
  });

  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  afterEach(async () => {
    for (const close of closing.splice(0).toSorted(() => -1)) await close();
    said.length = 0;
  });

  it('uses the built-in one where that will do, and says nothing', async () => {
    assert.equal((await auto(await server.config()).exec('echo in')).stdout, 'in\n');
    assert.deepEqual(said, []);
  });

  it('reaches a host behind a ProxyCommand, and says once why it uses `ssh`', async () => {
    const jump = await server.config();
    const one = auto(await server.config(`ProxyCommand ssh -F ${jump} -W %h:%p test-box`));
    assert.equal((await one.exec('echo through')).stdout, 'through\n');
    assert.equal((await one.exec('echo again')).stdout, 'again\n');
    assert.equal(said.length, 1);
    assert.match(said[0] ?? '', /`ssh` program, because .*ProxyCommand/);
  });

  it('enters with a user certificate', async () => {
    const authority = await newKey('authority');
    const key = await newKey('certified');
    await run('ssh-keygen', ['-q', '-s', authority, '-I', 'ann', '-n', userInfo().username, `${key}.pub`]);
    const port = await secondSshd(['AuthorizedKeysFile none', `TrustedUserCAKeys ${authority}.pub`]);
    const one = auto(await config(port, `IdentityFile ${key}`));
    assert.equal((await one.exec('echo certified')).stdout, 'certified\n');
    assert.match(said.join(), /certificate/);
  });

  it('turns to `ssh` when the server speaks only what the built-in one does not', async () => {
    const port = await secondSshd([
      `AuthorizedKeysFile ${server.home}/authorized_keys`,
      'KexAlgorithms sntrup761x25519-sha512@openssh.com',
    ]);
    const one = auto(await config(port, `IdentityFile ${server.keyPath}`));
    assert.equal((await one.exec('echo new')).stdout, 'new\n');
    assert.match(said.join(), /no key exchange algorithm in common/);
  });

  it('fails with what is wrong, and goes on when that is mended', async () => {
    const one = auto(await server.config());
    await server.down();
    await assert.rejects(one.exec('true'), { reason: 'box-unreachable' });
    await server.up();
    assert.equal((await one.exec('echo up')).stdout, 'up\n');
  });

  async function newKey(name: string): Promise<string> {
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
    return join(folder, name);
  }

  async function config(port: number, identity: string): Promise<string> {
    const key = await readFile(join(server.home, 'host_key.pub'), 'utf8');
    const known = join(folder, `known-${port}`);
    await writeFile(known, `[${server.host}]:${port} ${key}`);
    const file = join(folder, `config-${port}`);
    const lines = [`HostName ${server.host}`, `Port ${port}`, identity, 'IdentitiesOnly yes', 'IdentityAgent none'];
    await writeFile(file, `Host test-box\n${lines.join('\n')}\nUserKnownHostsFile ${known}\n`);
    return file;
  }

  /** Another server with the same host key, and rules of its own. */
  async function secondSshd(rules: string[]): Promise<number> {
    const port = await freePort();
    const file = join(folder, `sshd-${port}`);
    const usual = [`ListenAddress ${server.host}`, `Port ${port}`, `HostKey ${server.home}/host_key`];
    const rest = ['PidFile none', 'UsePAM no', 'StrictModes no', 'PermitRootLogin prohibit-password'];
    await writeFile(file, [...usual, ...rest, ...rules, ''].join('\n'));
    const child = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    closing.push(async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    });
    for await (const line of createInterface({ input: child.stderr })) if (line.includes('listening')) break;
    child.stderr.resume();
    return port;
  }
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  return port;
}
