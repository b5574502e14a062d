/** An SSH configuration of a person who knows one box, `gpu`: in a home of its own, and right or wrong as a test wants. */
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { existsSync } from 'node:fs';
import type { LoopbackSsh } from '../../../src/practice/loopback-sshd';

export interface Wrong {
  port?: number;
  identityFile?: string;
  knownHostsFile?: string;
}

export interface SshHome {
  write(wrong?: Wrong): Promise<void>;
  restore(): void;
}

/** OpenSSH finds its configuration without asking HOME, so `ssh` is hidden and the file is read by the product itself. */
export async function moveIntoSshHome(home: string, server: LoopbackSsh): Promise<SshHome> {
  const before = { HOME: process.env['HOME'], PATH: process.env['PATH'] };
  await mkdir(join(home, '.ssh'), { recursive: true });
  const folders = (before.PATH ?? '').split(delimiter).filter((folder) => !existsSync(join(folder, 'ssh')));
  Object.assign(process.env, { HOME: home, PATH: folders.join(delimiter) });
  return {
    write: (wrong = {}) =>
      writeFile(
        join(home, '.ssh', 'config'),
        [
          'Host gpu',
          `HostName ${server.host}`,
          `Port ${wrong.port ?? server.port}`,
          `User ${server.user}`,
          `IdentityFile ${wrong.identityFile ?? server.keyPath}`,
          `UserKnownHostsFile ${wrong.knownHostsFile ?? server.knownHostsPath}`,
          'IdentityAgent none',
          '',
        ].join('\n'),
      ),
    restore: () => {
      Object.assign(process.env, before);
    },
  };
}
