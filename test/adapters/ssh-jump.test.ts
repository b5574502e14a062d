/** ProxyJump against real servers: the way there and back, and which host is named when it fails. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SshShell, type SshShellOptions } from '../../src/adapters/ssh/ssh-shell';
import { MlInternError, type ErrorReason } from '../../src/core/errors';
import { hostLines } from '../support/ssh-config';
import { startTestSshd, type TestSshd } from '../support/sshd';
import { newKeyPair } from '../support/key-pair';

type Changes = Record<string, string | number>;

describe('ssh through jump hosts', () => {
  let bastion: TestSshd;
  let gpu: TestSshd;
  let folder: string;
  const shells: SshShell[] = [];

  const shell = async (config: string, options: Partial<SshShellOptions> = {}) => {
    const configFile = join(folder, `config-${shells.length}`);
    await writeFile(configFile, config);
    const made = new SshShell({ host: 'gpu', configFile, ...options });
    shells.push(made);
    return made;
  };
  const behind = (jump: string, changes: { gpu?: Changes; bastion?: Changes } = {}) =>
    hostLines('gpu', gpu, { ProxyJump: jump, ...changes.gpu }) + hostLines('bastion', bastion, changes.bastion);

  before(async function () {
    [bastion, gpu] = await Promise.all([startTestSshd(), startTestSshd()]);
    folder = await mkdtemp(join(tmpdir(), 'ml-intern-jump-'));
    // The stand-in leads to `localhost` alone, and is no proof of how a real server leads on.
    if (bastion.kind !== 'openssh') this.skip();
  });
  after(async () => {
    await Promise.all([bastion.stop(), gpu.stop()]);
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    await Promise.all(shells.splice(0).map((each) => each.close()));
  });

  it('connects through one host, each with its own key and host key', async () => {
    const { stdout } = await (await shell(behind('bastion'))).exec('echo through; echo $SSH_CONNECTION');
    assert.match(stdout, new RegExp(`^through\n.* ${gpu.port}\n$`));
  });

  it('connects through several hosts, named at once or each by the one before', async () => {
    const again = hostLines('second', gpu, { ProxyJump: 'nowhere' });
    assert.equal((await (await shell(behind('bastion,second') + again)).exec('echo listed')).stdout, 'listed\n');
    const chained = behind('second') + hostLines('second', gpu, { ProxyJump: 'bastion' });
    assert.equal((await (await shell(chained)).exec('echo chained')).stdout, 'chained\n');
  });

  it('takes user@host:port as a jump host', async () => {
    const changes = { bastion: { User: 'nobody-here', Port: 1 } };
    const jump = `${bastion.user}@bastion:${bastion.port}`;
    assert.equal((await (await shell(behind(jump, changes))).exec('echo in')).stdout, 'in\n');
  });

  it('leaves the jump host when it is closed', async () => {
    const door = await openDoor(bastion);
    const changes = { Port: door.port, UserKnownHostsFile: '/dev/null', StrictHostKeyChecking: 'accept-new' };
    const one = await shell(behind('bastion', { bastion: changes }));
    await one.exec('true');
    const left = Promise.all(door.sockets.filter(({ closed }) => !closed).map((socket) => once(socket, 'close')));
    assert.equal(door.sockets.filter(({ closed }) => !closed).length, 1);
    await one.close();
    await left;
    door.close();
  });

  it('says that contact was lost when the jump host goes, and connects again', async () => {
    const one = await shell(behind('bastion'));
    await one.exec('true');
    const failing = rejects(one.exec('sleep 30'), 'box-lost-contact', /gpu was lost/);
    await bastion.dropConnections();
    await failing;
    assert.equal((await one.exec('echo back')).stdout, 'back\n');
  });

  it('asks about an unknown jump host by its name', async () => {
    const known = join(folder, 'known-bastion');
    const asked: (string | undefined)[] = [];
    const confirmHostKey = (print: string, host?: string) => Promise.resolve(asked.push(host) > 0 && print !== '');
    const one = await shell(behind('bastion', { bastion: { UserKnownHostsFile: known } }), { confirmHostKey });
    assert.equal((await one.exec('echo in')).stdout, 'in\n');
    assert.deepEqual(asked, ['bastion']);
    assert.equal(await readFile(known, 'utf8'), await readFile(bastion.knownHostsPath, 'utf8'));
  });

  describe('names the host at fault', () => {
    const fails = async (config: string, reason: ErrorReason, message: RegExp, next?: RegExp) =>
      rejects((await shell(config)).exec('true'), reason, message, next);

    it('when the jump host does not run', () =>
      fails(
        behind('bastion', { bastion: { Port: 1 } }),
        'box-unreachable',
        /to the box gpu leads through bastion\. .*:1 refuses connections/,
      ));

    it('when the jump host does not accept the key', async () => {
      const wrong = join(folder, 'wrong');
      await writeFile(wrong, newKeyPair().private, { mode: 0o600 });
      const config = behind('bastion', { bastion: { IdentityFile: wrong } });
      await fails(config, 'box-auth', /through bastion\. The box bastion does not accept/, /ssh-copy-id/);
    });

    it('when the jump host is not known, or another than before', async () => {
      const known = join(folder, 'strangers');
      await writeFile(known, '');
      const config = behind('bastion', { bastion: { UserKnownHostsFile: known } });
      await fails(config, 'box-host-key-unknown', /through bastion/, /ssh bastion/);
      const [, key] = newKeyPair().public.split(' ');
      await writeFile(known, `[${bastion.host}]:${bastion.port} ssh-ed25519 ${key}\n`);
      await fails(config, 'box-host-key-changed', /through bastion/);
    });

    it('when the jump host cannot reach the box', () =>
      fails(behind('bastion', { gpu: { Port: 1 } }), 'box-unreachable', /jump host bastion cannot connect to .*:1/));

    it('when the jump host does not let connections through', () =>
      fails(
        behind('bastion', { gpu: { HostName: '127.0.0.2' } }),
        'box-unreachable',
        /jump host bastion does not allow connections onwards to 127\.0\.0\.2/,
        /AllowTcpForwarding/,
      ));

    it('when the box behind does not accept the key', async () => {
      const wrong = join(folder, 'wrong-for-gpu');
      await writeFile(wrong, newKeyPair().private, { mode: 0o600 });
      const config = behind('bastion', { gpu: { IdentityFile: wrong } });
      await fails(config, 'box-auth', /^The box gpu does not accept/);
    });
  });

  it('refuses circles and ways without an end', async () => {
    const circle = behind('bastion', { bastion: { ProxyJump: 'gpu' } });
    await rejects((await shell(circle)).exec('true'), 'bad-input', /circle \(gpu via bastion via gpu\)/, /ProxyJump/);
    const many = Array.from({ length: 9 }, (_, i) => `hop${i}`).join(',');
    await rejects((await shell(behind(many))).exec('true'), 'bad-input', /more than 8 jump hosts/);
  });

  it('says when only the ssh program can connect to the jump host', async () => {
    const config = behind('bastion', { bastion: { ProxyCommand: 'nc %h %p' } });
    await rejects((await shell(config)).exec('true'), 'bad-input', /because of its jump host bastion: .*ProxyCommand/);
  });
});

/** A port that leads to a server and shows who comes through. */
async function openDoor(server: TestSshd) {
  const sockets: Socket[] = [];
  const door = createServer((socket) => {
    sockets.push(socket);
    const inside = connect(server.port, server.host);
    for (const each of [socket, inside]) each.on('error', () => undefined);
    socket.pipe(inside).pipe(socket);
  });
  door.listen(0, server.host);
  await once(door, 'listening');
  return { sockets, port: (door.address() as AddressInfo).port, close: () => door.close() };
}

async function rejects(work: Promise<unknown>, reason: ErrorReason, message: RegExp, next = /\S/): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(MlInternError.is(error, reason), String(error));
    assert.match(error.message, message);
    assert.match(error.next, next);
    return true;
  });
}
