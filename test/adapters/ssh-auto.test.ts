/** Which transport a host gets: the built-in one where it can, the system's `ssh` where that alone can, each said once. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AutoShell } from '../../src/adapters/ssh/auto-shell';
import { withoutSshProgram } from '../support/ssh-config';
import { startSecondSshd } from '../support/second-sshd';
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
    const one = auto(await server.config({ ProxyCommand: `ssh -F ${jump} -W %h:%p test-box` }));
    assert.equal((await one.exec('echo through')).stdout, 'through\n');
    assert.equal((await one.exec('echo again')).stdout, 'again\n');
    assert.equal(said.length, 1);
    assert.match(said[0] ?? '', /`ssh` program, because .*ProxyCommand/);
  });

  it('enters with a user certificate', async () => {
    const authority = await newKey('authority');
    const key = await newKey('certified');
    await run('ssh-keygen', ['-q', '-s', authority, '-I', 'ann', '-n', userInfo().username, `${key}.pub`]);
    const rules = ['AuthorizedKeysFile none', `TrustedUserCAKeys ${authority}.pub`];
    const one = await entered(rules, { IdentityFile: key });
    assert.equal((await one.exec('echo certified')).stdout, 'certified\n');
    assert.match(said.join(), /certificate/);
  });

  it('turns to `ssh` when the server speaks only what the built-in one does not', async () => {
    const one = await entered(['KexAlgorithms sntrup761x25519-sha512@openssh.com'], {});
    assert.equal((await one.exec('echo new')).stdout, 'new\n');
    assert.match(said.join(), /no key exchange algorithm in common/);
  });

  it('says what is missing where only `ssh` would do, and there is none', async () => {
    const one = auto(await server.config({ ProxyCommand: 'nc %h %p' }));
    await assert.rejects(
      withoutSshProgram(folder, () => one.exec('true')),
      /because .*ProxyCommand/,
    );
    assert.deepEqual(said, []);
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

  async function entered(rules: string[], changes: Record<string, string>): Promise<AutoShell> {
    const second = await startSecondSshd(server, folder, rules);
    closing.push(() => second.stop());
    return auto(await server.config({ Port: second.port, UserKnownHostsFile: second.knownHostsPath, ...changes }));
  }
});
