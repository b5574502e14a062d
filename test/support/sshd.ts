/** A real SSH server for tests, with its own keys in a folder of its own. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProgramShell, type ProgramShellOptions } from '../../src/adapters/ssh/program/program-shell';
import { SshShell, type SshShellOptions } from '../../src/adapters/ssh/ssh-shell';
import { type LoopbackOptions, type LoopbackSsh, startLoopbackSsh } from '../../src/practice/loopback-sshd';
import { hostLines } from './ssh-config';

export interface TestSshd extends LoopbackSsh {
  home: string;
  /** Stops the server with all its connections, or starts it again on the same port and with the same keys. */
  down(): Promise<void>;
  up(): Promise<void>;
  /** A shell that uses this server's keys and nothing of the machine's own SSH configuration. */
  shell(options?: Partial<SshShellOptions>): SshShell;
  /** An SSH configuration in which this server is called `test-box`. */
  config(changes?: Record<string, string | number>): Promise<string>;
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
  const config = async (changes: Record<string, string | number> = {}) => {
    const file = join(home, `config-${randomUUID()}`);
    await writeFile(file, hostLines('test-box', server, changes));
    return file;
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
    config,
    programShell: async (options = {}) =>
      new ProgramShell({ host: 'test-box', configFile: await config(), ...options }),
    stop: async () => {
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
