/** OpenSSH's own programs against the same server; with a connection that is open already, as ours is, unless told otherwise. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestSshd } from '../../support/sshd';

export interface OpenSsh {
  run(command: string): Promise<void>;
  runOnNewConnection(command: string): Promise<void>;
  up(local: string, remote: string, folders?: boolean): Promise<void>;
  down(remote: string, local: string, folders?: boolean): Promise<void>;
  close(): Promise<void>;
}

export async function openSsh(sshd: TestSshd): Promise<OpenSsh> {
  const folder = await mkdtemp(join(tmpdir(), 'ssh-'));
  const always = ['-F', '/dev/null', '-i', sshd.keyPath, '-o', `UserKnownHostsFile=${sshd.knownHostsPath}`];
  const options = [...always, '-o', 'BatchMode=yes', '-o', `ControlPath=${join(folder, 'c')}`];
  const alone = [...always, '-o', 'BatchMode=yes', '-o', 'ControlPath=none'];
  const place = `${sshd.user}@${sshd.host}`;
  const port = String(sshd.port);
  const scp = (words: string[]) => quietly('scp', [...options, '-q', '-P', port, ...words]);
  // It stays in the background with the connection, and would keep our pipes open with it.
  const master = spawn('ssh', [...options, '-p', port, '-M', '-f', '-N', place], { stdio: 'ignore' });
  await once(master, 'exit');
  return {
    run: (command) => quietly('ssh', [...options, '-p', port, place, command]),
    runOnNewConnection: (command) => quietly('ssh', [...alone, '-p', port, place, command]),
    up: (local, remote, folders) => scp([...(folders ? ['-r'] : []), local, `${place}:${remote}`]),
    down: (remote, local, folders) => scp([...(folders ? ['-r'] : []), `${place}:${remote}`, local]),
    close: async () => {
      await quietly('ssh', [...options, '-p', port, '-O', 'exit', place]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What it prints is read and thrown away, as whoever wants it would read it. */
async function quietly(program: string, words: string[]): Promise<void> {
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.resume();
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${program} ended with code ${code}: ${said}`);
}
