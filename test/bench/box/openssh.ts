/** OpenSSH's own programs against the same server, each on a connection that is open already or on one of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoopbackSsh } from '../../../src/practice/loopback-sshd';

export type Server = Pick<LoopbackSsh, 'host' | 'port' | 'user' | 'keyPath' | 'knownHostsPath'>;

/** Copies folders with all that is in them. */
export interface Programs {
  ssh(command: string): Promise<void>;
  up(local: string, remote: string): Promise<void>;
  down(remote: string, local: string): Promise<void>;
  sftpUp(local: string, remote: string): Promise<void>;
  sftpDown(remote: string, local: string): Promise<void>;
  /** Into a folder, by `tar` through `ssh`. */
  tarUp(local: string, remote: string): Promise<void>;
  tarDown(remote: string, local: string): Promise<void>;
}

export interface OpenSsh {
  open: Programs;
  fresh: Programs;
  close(): Promise<void>;
}

export async function openSsh(server: Server): Promise<OpenSsh> {
  const folder = await mkdtemp(join(tmpdir(), 'ssh-'));
  const always = ['-F', '/dev/null', '-i', server.keyPath, '-o', `UserKnownHostsFile=${server.knownHostsPath}`];
  const options = [...always, '-o', 'BatchMode=yes', '-o', `ControlPath=${join(folder, 'c')}`];
  const place = placeOf(server);
  const port = String(server.port);
  // It stays in the background with the connection, and would keep our pipes open with it.
  const master = spawn('ssh', [...options, '-p', port, '-M', '-f', '-N', place], { stdio: 'ignore' });
  await once(master, 'exit');
  return {
    open: programs(server, options),
    fresh: programs(server, [...always, '-o', 'BatchMode=yes', '-o', 'ControlPath=none']),
    close: async () => {
      await quietly('ssh', [...options, '-p', port, '-O', 'exit', place]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function programs(server: Server, options: readonly string[]): Programs {
  const place = placeOf(server);
  const port = String(server.port);
  const scp = (...words: string[]) => quietly('scp', [...options, '-q', '-r', '-P', port, ...words]);
  const sftp = (line: string) => quietly('sftp', [...options, '-q', '-P', port, '-b', '-', place], line);
  const ssh = ['ssh', ...options, '-p', port, place].join(' ');
  return {
    ssh: (command) => quietly('ssh', [...options, '-p', port, place, command]),
    up: (local, remote) => scp(local, `${place}:${remote}`),
    down: (remote, local) => scp(`${place}:${remote}`, local),
    sftpUp: (local, remote) => sftp(`put -r ${local} ${remote}\n`),
    sftpDown: (remote, local) => sftp(`get -r ${remote} ${local}\n`),
    tarUp: (local, remote) =>
      quietly('sh', ['-c', `tar -cC ${local} . | ${ssh} 'mkdir ${remote} && tar -xC ${remote}'`]),
    tarDown: (remote, local) =>
      quietly('sh', ['-c', `mkdir ${local} && ${ssh} tar -cC ${remote} . | tar -xC ${local}`]),
  };
}

function placeOf({ user, host }: Server): string {
  return `${user}@${host}`;
}

/** What it prints is read and thrown away, as whoever wants it would read it. */
async function quietly(program: string, words: string[], input = ''): Promise<void> {
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stdin.end(input);
  child.stdout.resume();
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${program} ended with code ${code}: ${said}`);
}
