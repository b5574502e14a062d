/** Which transport a host gets: the built-in one where it can, the system's `ssh` where that alone can, each said once. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AutoShell } from '../../src/adapters/ssh/auto-shell';
import { shellQuote } from '../../src/core/box/quote';
import { failingSsh, withoutSshProgram, withPath } from '../support/ssh-config';
import { withAgent } from '../support/sign-in';
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

  describe('large files', () => {
    const bytes = 64 * 1024 * 1024 + 5;
    let source: string;
    const at = (name: string) => join(folder, name);

    before(async () => {
      source = at('large');
      await writeFile(source, randomBytes(bytes));
    });

    it('go through `ssh` where it gets in by itself, both ways and from where they stopped', async () => {
      const one = auto(await server.config());
      await one.upload(source, at('up'), { offset: 0, bytes });
      assert.deepEqual(said.map(howLargeFilesGo), ['ssh']);
      const told: number[] = [];
      await one.download(at('up'), at('down'), { offset: 0, bytes, onProgress: (done) => told.push(done) });
      assert.equal(told.at(-1), bytes);
      await assertSame(at('down'));
      const begun = 1000;
      await truncate(at('down'), begun + 77);
      await one.download(at('up'), at('down'), { offset: begun, bytes: begun + bytes });
      await assertSame(at('down'));
      assert.equal(said.length, 1);
    });

    it('hold nothing of what login scripts print', async () => {
      const noisy = `ForceCommand sh -c 'echo Welcome; exec sh -c "$SSH_ORIGINAL_COMMAND"'`;
      // Set up as a whole: SFTP too goes through the forced command.
      const one = await entered([noisy, 'Subsystem sftp internal-sftp'], {});
      await one.download(source, at('quiet'), { offset: 0, bytes });
      await assertSame(at('quiet'));
    });

    it('go over the built-in one where `ssh` does not get in, and say why it is slower', async () => {
      const program = await failingSsh(folder);
      const one = auto(await server.config());
      await withPath(program, () => one.upload(source, at('own'), { offset: 0, bytes }));
      await assertSame(at('own'));
      assert.deepEqual(said.map(howLargeFilesGo), ['own']);
      assert.match(said[0] ?? '', /Permission denied/);
    });

    it('stop in the middle when asked to, with a good beginning', async () => {
      const one = auto(await server.config());
      const stopping = new AbortController();
      await one.exec(`mkfifo ${shellQuote(at('pipe'))}`);
      const feeding = one.exec(`{ head -c 100000 ${shellQuote(source)}; sleep 60; } > ${shellQuote(at('pipe'))}`, {
        signal: stopping.signal,
      });
      const onProgress = (done: number) => done === 100_000 && stopping.abort();
      const options = { offset: 0, bytes, signal: stopping.signal, onProgress };
      const ended = { name: 'AbortError' };
      await Promise.all([
        assert.rejects(one.download(at('pipe'), at('part'), options), ended),
        assert.rejects(feeding, ended),
      ]);
      assert.deepEqual(await readFile(at('part')), (await readFile(source)).subarray(0, 100_000));
    });

    async function assertSame(path: string): Promise<void> {
      assert.ok((await readFile(path)).equals(await readFile(source)));
    }
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

  it('enters with a certificate that only the agent knows', async () => {
    const authority = await newKey('another-authority');
    const key = await newKey('in-agent');
    await run('ssh-keygen', ['-q', '-s', authority, '-I', 'bob', '-n', userInfo().username, `${key}.pub`]);
    await withAgent(folder, async (socket, add) => {
      await add(key);
      const rules = ['AuthorizedKeysFile none', `TrustedUserCAKeys ${authority}.pub`];
      const one = await entered(rules, { IdentityFile: 'none', IdentitiesOnly: 'no', IdentityAgent: socket });
      assert.equal((await one.exec('echo by agent')).stdout, 'by agent\n');
      assert.match(said.join(), /gets in where ML Intern's own SSH does not/);
    });
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

  function howLargeFilesGo(text: string): string {
    return /^Large files go .* through the system's `ssh`/.test(text) ? 'ssh' : /slower/.test(text) ? 'own' : text;
  }

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
