/** The keys of the loopback box, kept in its folder between starts so that its host key never changes. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { utils } from 'ssh2';

export interface LoopbackKeys {
  hostKeyPath: string;
  userKeyPath: string;
  authorizedKeysPath: string;
  knownHostsPath: string;
}

export async function prepareKeys(home: string): Promise<LoopbackKeys> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  const paths = {
    hostKeyPath: join(home, 'host_key'),
    userKeyPath: join(home, 'user_key'),
    authorizedKeysPath: join(home, 'authorized_keys'),
    knownHostsPath: join(home, 'known_hosts'),
  };
  for (const path of [paths.hostKeyPath, paths.userKeyPath]) if (!existsSync(`${path}.pub`)) await generate(path);
  await writeFile(paths.authorizedKeysPath, await readFile(`${paths.userKeyPath}.pub`), { mode: 0o600 });
  return paths;
}

export async function writeKnownHosts(keys: LoopbackKeys, host: string, port: number): Promise<void> {
  const [type, key] = (await readFile(`${keys.hostKeyPath}.pub`, 'utf8')).split(' ');
  await writeFile(keys.knownHostsPath, `[${host}]:${port} ${type} ${key?.trim()}\n`, { mode: 0o600 });
}

async function generate(path: string): Promise<void> {
  try {
    await promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'ml-intern-practice', '-f', path]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const pair = utils.generateKeyPairSync('ed25519', { comment: 'ml-intern-practice' });
    await writeFile(path, pair.private, { mode: 0o600 });
    await writeFile(`${path}.pub`, `${pair.public}\n`);
    await chmod(path, 0o600);
  }
}
