/** A real SSH server for tests, with its own keys in a folder of its own. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProgramShell, type ProgramShellOptions } from '../../src/adapters/ssh/program/program-shell';
import { SshShell, type SshShellOptions } from '../../src/adapters/ssh/ssh-shell';
import { type LoopbackOptions, type LoopbackSsh, startLoopbackSsh } from '../../src/practice/loopback-sshd';

export interface TestSshd extends LoopbackSsh {
  home: string;
  /** Stops the server with all its connections, or starts it again on the same port and with the same keys. */
  down(): Promise<void>;
  up(): Promise<void>;
  /** A shell that uses this server's keys and nothing of the machine's own SSH configuration. */
  shell(options?: Partial<SshShellOptions>): SshShell;
  /** An SSH configuration in which this server is called `test-box`, with more lines for it, and others after it. */
  config(more?: string): Promise<string>;
  /** The same over the system's own `ssh` program. */
  programShell(options?: Partial<ProgramShellOptions>): Promise<ProgramShell>;
}

export async function startTestSshd(kind?: LoopbackOptions['kind']): Promise<TestSshd> {
  const home = await mkdtemp(join(tmpdir(), 'ml-intern-sshd-'));
  const settings = { home, ...(kind ? { kind } : {}) };
  let server = await startLoopbackSsh(settings);
  const { port } = server;
  const overrides = {
    hostname: server.host,
    port: server.port,
    user: server.user,
    identityFile: server.keyPath,
    knownHostsFile: server.knownHostsPath,
  };
  return {
    ...server,
    home,
    down: () => server.stop(),
    up: async () => {
      server = await startLoopbackSsh({ ...settings, port });
    },
    dropConnections: () => server.dropConnections(),
    shell: (options = {}) =>
      new SshShell({
        host: 'test-box',
        configFile: '/dev/null',
        ...options,
        overrides: { ...overrides, ...options.overrides },
      }),
    config: (more) => writeConfig(server, home, more),
    programShell: async (options = {}) =>
      new ProgramShell({ host: 'test-box', configFile: await writeConfig(server, home), ...options }),
    stop: async () => {
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function writeConfig(server: LoopbackSsh, home: string, more = ''): Promise<string> {
  const file = join(home, `config-${randomUUID()}`);
  const lines = [
    `HostName ${server.host}`,
    `Port ${server.port}`,
    `User ${server.user}`,
    `IdentityFile ${server.keyPath}`,
    'IdentitiesOnly yes',
    `UserKnownHostsFile ${server.knownHostsPath}`,
    'GlobalKnownHostsFile none',
  ];
  await writeFile(file, `Host test-box\n${more}\n${lines.join('\n')}\n`);
  return file;
}
