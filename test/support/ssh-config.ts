/** The lines of an SSH configuration that lead to a server of the tests. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
export function withoutSshProgram<T>(emptyFolder: string, work: () => Promise<T>): Promise<T> {
  return withPath(emptyFolder, work);
}

/** A folder with an `ssh` that reads the configuration, and lets nobody in. */
export async function failingSsh(parent: string): Promise<string> {
  const folder = await mkdtemp(join(parent, 'bin-'));
  const script = [
    '#!/bin/sh',
    `case "$1" in -V | -G) PATH='${process.env['PATH'] ?? ''}' exec ssh "$@" ;; esac`,
    'echo "me@box: Permission denied (publickey)." >&2',
    'exit 255',
    '',
  ];
  await writeFile(join(folder, 'ssh'), script.join('\n'), { mode: 0o755 });
  return folder;
}

export async function withPath<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const path = process.env['PATH'];
  process.env['PATH'] = folder;
  try {
    return await work();
  } finally {
    process.env['PATH'] = path;
  }
}
