/** Which of an agent's keys a server gets to see: a real sshd, which hangs up after six wrong ones. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SshShell } from '../../src/adapters/ssh/ssh-shell';
import { withAgent } from '../support/sign-in';
import { startTestSshd, type TestSshd } from '../support/sshd';

const run = promisify(execFile);

describe('ssh: an agent with many keys, and IdentitiesOnly', () => {
  let server: TestSshd;
  let folder: string;

  before(async () => {
    server = await startTestSshd();
    folder = await mkdtemp(join(tmpdir(), 'ml-intern-agent-'));
    await copyFile(`${server.keyPath}.pub`, join(folder, 'named.pub'));
  });

  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  for (const [what, file] of [
    ['a public key', 'named.pub'],
    ['a key whose public half alone is there', 'named'],
  ] as const)
    it(`offers the one that ${what} names`, () =>
      withFullAgent(async (socket) => {
        assert.equal(await enter(socket, join(folder, file)), 'in\n');
      }));

  it('offers none that no file names', () =>
    withFullAgent(async (socket) => {
      await assert.rejects(enter(socket, join(folder, 'nowhere')), { reason: 'box-auth' });
    }));

  async function enter(socket: string, identityFile: string): Promise<string> {
    const settings = { IdentityFile: identityFile, IdentityAgent: socket, IdentitiesOnly: 'yes' };
    const shell = new SshShell({ host: 'test-box', configFile: await server.config(settings) });
    try {
      return (await shell.exec('echo in')).stdout;
    } finally {
      await shell.close();
    }
  }

  async function withFullAgent(work: (socket: string) => Promise<void>): Promise<void> {
    await withAgent(folder, async (socket, add) => {
      for (let i = 0; i < 7; i++) {
        const other = join(folder, `other-${i}`);
        await rm(other, { force: true });
        await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', other]);
        await add(other);
      }
      await add(server.keyPath);
      await work(socket);
    });
  }
});
