/** The lines of an SSH configuration that lead to a server of the tests. */
import type { LoopbackSsh } from '../../src/practice/loopback-sshd';

export function hostLines(name: string, server: LoopbackSsh, changes: Record<string, string | number> = {}): string {
  const settings = {
    HostName: server.host,
    Port: server.port,
    User: server.user,
    IdentityFile: server.keyPath,
    IdentitiesOnly: 'yes',
    IdentityAgent: 'none',
    UserKnownHostsFile: server.knownHostsPath,
    GlobalKnownHostsFile: 'none',
    ...changes,
  };
  const lines = Object.entries(settings).map(([key, value]) => `  ${key} ${value}`);
  return [`Host ${name}`, ...lines, ''].join('\n');
}

/** As on a machine without an `ssh` program. */
export async function withoutSshProgram<T>(emptyFolder: string, work: () => Promise<T>): Promise<T> {
  const path = process.env['PATH'];
  process.env['PATH'] = emptyFolder;
  try {
    return await work();
  } finally {
    process.env['PATH'] = path;
  }
}
