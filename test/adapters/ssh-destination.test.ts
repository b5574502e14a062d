/** Where a host leads: the configuration as OpenSSH reads it, with and without an `ssh` program, and how strictly hosts are checked. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Destination, resolveDestination } from '../../src/adapters/ssh/destination';
import { SshShell, type SshShellOptions } from '../../src/adapters/ssh/ssh-shell';
import { MlInternError } from '../../src/core/errors';
import { hostLines, withoutSshProgram } from '../support/ssh-config';
import { startTestSshd, type TestSshd } from '../support/sshd';
import { newKeyPair } from '../support/key-pair';

const hasSsh = spawnSync('ssh', ['-V']).error === undefined;

describe('ssh destination', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ml-intern-destination-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const write = async (name: string, text: string) => {
    const file = join(folder, name);
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, text);
    return file;
  };

  const readers = {
    'the ssh program': (host: string, configFile: string) => resolveDestination(host, {}, configFile),
    'no ssh program': (host: string, configFile: string) =>
      withoutSshProgram(folder, () => resolveDestination(host, {}, configFile)),
  };
  for (const [name, resolve] of Object.entries(readers)) {
    (name === 'the ssh program' && !hasSsh ? describe.skip : describe)(`read with ${name}`, () => {
      const of = async (text: string, host = 'gpu') => resolve(host, await write('config', text));

      it('follows Include with patterns, nested, and without the files', async () => {
        await write('conf.d/10-lab.conf', 'Host gpu\n  HostName lab.example\n');
        await write('conf.d/20-lab.conf', `Include ${folder}/more\nHost gpu\n  HostName late.example\n`);
        await write('conf.d/.hidden.conf', 'Host gpu\n  User hidden\n');
        await write('more', 'Host other\n  User wrong\nHost g?u\n  Port 2222\n');
        const found = await of(`Include ${folder}/conf.d/*.conf ${folder}/missing\nUser everybody\n`);
        assert.deepEqual([found.hostname, found.port, found.user], ['lab.example', 2222, 'everybody']);
      });

      it('takes an Include under a host for that host alone', async () => {
        await write('lab', 'Port 2200\nHost gpu\n  User ann\n');
        const text = `Host other\n  Include ${folder}/lab\n  HostName o.example\nHost gpu\n  HostName g.example\n`;
        const gpu = await of(text);
        assert.deepEqual([gpu.hostname, gpu.port, gpu.user], ['g.example', 22, userInfo().username]);
        const other = await of(text, 'other');
        assert.deepEqual([other.hostname, other.port], ['o.example', 2200]);
      });

      it('says that the files include each other without an end', async () => {
        const config = join(folder, 'config');
        await assert.rejects(of(`Include ${config}\n`), (error) => {
          assert.ok(MlInternError.is(error, 'bad-input'));
          assert.match(error.message, /configuration has a fault: .*(Include|include)/);
          return true;
        });
      });

      it('puts tokens in place', async () => {
        const found = await of(
          'Host gpu\n  HostName %h.example\n  User ann\n  Port 2200\n  IdentitiesOnly yes\n' +
            '  IdentityFile %d/keys/%r@%h-%p\n  IdentityFile ~/n-%n-%u-100%%\n' +
            '  IdentityAgent /run/%r.sock\n  UserKnownHostsFile /known/%h\n',
        );
        assert.equal(found.hostname, 'gpu.example');
        assert.deepEqual(found.identityFiles, [
          join(homedir(), 'keys/ann@gpu.example-2200'),
          join(homedir(), `n-gpu-${userInfo().username}-100%`),
        ]);
        assert.equal(found.identitiesOnly, true);
        assert.equal(found.agent, '/run/ann.sock');
        assert.equal(found.knownHostsFiles[0], '/known/gpu.example');
      });

      it('reads how long to wait and how strict to be', async () => {
        const found = await of(
          'ConnectTimeout 1m30s\nServerAliveInterval 20\nServerAliveCountMax 5\nHashKnownHosts yes\n' +
            'StrictHostKeyChecking accept-new\nHostKeyAlias The-Box\nUserKnownHostsFile /dev/null "/a b/c"\n' +
            'GlobalKnownHostsFile none\n',
        );
        const expected: Partial<Destination> = {
          connectTimeoutMs: 90_000,
          keepalive: { intervalMs: 20_000, countMax: 5 },
          hashed: true,
          unknownHost: 'accept',
          hostKeyAlias: 'the-box',
          knownHostsFiles: ['/dev/null', '/a b/c'],
          newHostsFile: undefined,
        };
        for (const [key, value] of Object.entries(expected)) assert.deepEqual(found[key as keyof Destination], value);
      });

      it('has its own ways where nothing is said', async () => {
        const found = await of('ServerAliveInterval 0\n');
        assert.deepEqual(found.keepalive, { intervalMs: 5_000, countMax: 3 });
        assert.deepEqual([found.connectTimeoutMs, found.unknownHost, found.hashed], [20_000, 'ask', false]);
        assert.equal(found.newHostsFile, join(homedir(), '.ssh', 'known_hosts'));
      });

      it('finds jump hosts, and lets the first of two ways count', async () => {
        const hops = 'Host bastion\n  HostName b.example\n  User bob\n';
        const found = await of(`${hops}Host gpu\n  ProxyJump bastion\n  ProxyCommand nc %h %p\n`);
        assert.equal(found.needsSystem, undefined);
        assert.deepEqual(
          found.jumps.map(({ name: hop, destination }) => [hop, destination.hostname, destination.user]),
          [['bastion', 'b.example', 'bob']],
        );
        const none = await of(`${hops}Host gpu\n  ProxyJump none\n`);
        assert.deepEqual(none.jumps, []);
      });
    });
  }

  describe('checking a host', () => {
    let server: TestSshd;
    const shells: SshShell[] = [];

    before(async () => {
      server = await startTestSshd();
    });
    after(() => server.stop());
    afterEach(() => Promise.all(shells.splice(0).map((each) => each.close())));

    const connect = async (changes: Record<string, string>, options: Partial<SshShellOptions> = {}) => {
      const configFile = await write('config', hostLines('gpu', server, changes));
      const one = new SshShell({ host: 'gpu', configFile, ...options });
      shells.push(one);
      return one.exec('echo in');
    };
    const refused = (work: Promise<unknown>, reason: 'box-host-key-unknown' | 'box-host-key-changed') =>
      assert.rejects(work, (error) => MlInternError.is(error, reason));
    const neverAsk = { confirmHostKey: () => assert.fail('nobody is to be asked') };

    for (const strict of ['accept-new', 'no', 'off']) {
      it(`takes and keeps an unknown host with StrictHostKeyChecking ${strict}, but no changed one`, async () => {
        const known = join(folder, 'known');
        const changes = { StrictHostKeyChecking: strict, UserKnownHostsFile: known };
        assert.equal((await connect(changes, neverAsk)).stdout, 'in\n');
        assert.equal(await readFile(known, 'utf8'), await readFile(server.knownHostsPath, 'utf8'));
        const [, key] = newKeyPair().public.split(' ');
        await writeFile(known, `[${server.host}]:${server.port} ssh-ed25519 ${key}\n`);
        await refused(connect(changes, neverAsk), 'box-host-key-changed');
      });
    }

    it('refuses an unknown host without asking with StrictHostKeyChecking yes', async () => {
      const changes = { StrictHostKeyChecking: 'yes', UserKnownHostsFile: join(folder, 'known') };
      await refused(connect(changes, neverAsk), 'box-host-key-unknown');
    });

    it('asks each time when nothing is kept', async () => {
      let asked = 0;
      const confirmHostKey = () => Promise.resolve(++asked > 0);
      for (const times of [1, 2]) {
        assert.equal((await connect({ UserKnownHostsFile: '/dev/null' }, { confirmHostKey })).stdout, 'in\n');
        assert.equal(asked, times);
      }
    });

    it('keeps hosts under hashed names and aliases that ssh finds again', async () => {
      const known = join(folder, 'known');
      const changes = { UserKnownHostsFile: known, HashKnownHosts: 'yes', HostKeyAlias: 'My-Box' };
      await connect({ ...changes, StrictHostKeyChecking: 'accept-new' });
      assert.match(await readFile(known, 'utf8'), /^\|1\|\S+ ssh-ed25519 \S+\n$/);
      assert.equal((await connect({ ...changes, StrictHostKeyChecking: 'yes' })).stdout, 'in\n');
      if (!hasSsh) return;
      const { stdout } = await promisify(execFile)('ssh-keygen', ['-F', 'my-box', '-f', known]);
      assert.match(stdout, /found: line 1/);
    });

    it('knows hosts from the global file, and writes none there', async () => {
      const global = await write('global', await readFile(server.knownHostsPath, 'utf8'));
      const changes = { UserKnownHostsFile: 'none', GlobalKnownHostsFile: global, StrictHostKeyChecking: 'yes' };
      assert.equal((await connect(changes, neverAsk)).stdout, 'in\n');
      await writeFile(global, '');
      await connect({ ...changes, StrictHostKeyChecking: 'no' }, neverAsk);
      assert.equal(await readFile(global, 'utf8'), '');
    });

    it('tries several keys in turn', async () => {
      const wrong = await write('wrong', newKeyPair().private);
      await chmod(wrong, 0o600);
      const keys = `${wrong}\n  IdentityFile ${server.keyPath}`;
      assert.equal((await connect({ IdentityFile: keys })).stdout, 'in\n');
    });
  });
});
