/** Another sshd with the keys of a first one, and with rules of its own: certificates, limits, rare algorithms. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestSshd } from './sshd';

export interface SecondSshd {
  port: number;
  knownHostsPath: string;
  stop(): Promise<void>;
}

export async function startSecondSshd(first: TestSshd, folder: string, rules: string[]): Promise<SecondSshd> {
  const port = await freePort(first.host);
  const file = join(folder, `sshd-${port}`);
  const usual = [`ListenAddress ${first.host}`, `Port ${port}`, `HostKey "${first.home}/host_key"`, 'PidFile none'];
  const access = ['UsePAM no', 'StrictModes no', 'PermitRootLogin prohibit-password'];
  const keys = `AuthorizedKeysFile "${first.home}/authorized_keys"`;
  // What comes first counts.
  await writeFile(file, [...rules, ...usual, ...access, keys, ''].join('\n'));
  const child = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  for await (const line of createInterface({ input: child.stderr })) if (line.includes('listening')) break;
  child.stderr.resume();
  const knownHostsPath = join(first.home, `known-${port}`);
  const key = await readFile(join(first.home, 'host_key.pub'), 'utf8');
  await writeFile(knownHostsPath, `[${first.host}]:${port} ${key}`);
  const stop = async () => {
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  };
  return { port, knownHostsPath, stop };
}

async function freePort(host: string): Promise<number> {
  const probe = createServer().listen(0, host);
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  return port;
}
