/** The practice box: this machine over SSH, through a real OpenSSH sshd run without privileges where one is installed. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { userInfo } from 'node:os';
import { delimiter, join, resolve as resolvePath } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'ssh2';
import { type LoopbackKeys, prepareKeys, writeKnownHosts } from './loopback-keys';
import { type LoopbackServer, startSsh2Server } from './loopback-ssh2';

export interface LoopbackSsh {
  host: string;
  port: number;
  user: string;
  keyPath: string;
  knownHostsPath: string;
  /** `ssh2-server` is a stand-in and is to be called one. */
  kind: 'openssh' | 'ssh2-server';
  /** Cuts every connection, as a lost network would. */
  dropConnections(): Promise<void>;
  stop(): Promise<void>;
}

export interface LoopbackOptions {
  /** Keys and configuration live here between starts. */
  home: string;
  port?: number;
  /** Force the stand-in. */
  kind?: 'ssh2-server';
}

const host = '127.0.0.1';
/** The practice box is this machine, so its sessions find the same programs and package indexes. */
const forwarded =
  /^(PATH|(PIP|UV|PYENV)_\w+|(HTTPS?|NO|ALL)_PROXY|(https?|no|all)_proxy|SSL_CERT_FILE|REQUESTS_CA_BUNDLE)$/;

export async function startLoopbackSsh(options: LoopbackOptions): Promise<LoopbackSsh> {
  const home = resolvePath(options.home);
  const keys = await prepareKeys(home);
  await endLeftover(home);
  const program = options.kind === undefined ? findSshd() : undefined;
  const openssh = program ? await tryOpenSsh(program, keys, { ...options, home }) : undefined;
  const server = openssh ?? (await startSsh2Server(keys, host, options.port ?? 0));
  await writeKnownHosts(keys, host, server.port);
  return {
    ...server,
    host,
    user: userInfo().username,
    keyPath: keys.userKeyPath,
    knownHostsPath: keys.knownHostsPath,
    kind: openssh ? 'openssh' : 'ssh2-server',
  };
}

/** sshd insists on being started by its absolute path. */
function findSshd(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin'];
  return folders.map((folder) => join(folder, 'sshd')).find((path) => path.startsWith('/') && existsSync(path));
}

/** undefined when this machine's sshd does not start or does not let us in (a locked account, a missing folder). */
async function tryOpenSsh(
  program: string,
  keys: LoopbackKeys,
  options: LoopbackOptions,
): Promise<LoopbackServer | undefined> {
  if (userInfo().uid === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const port = options.port ?? (await freePort());
  const config = join(options.home, 'sshd_config');
  await writeFile(config, configuration(keys, port), { mode: 0o600 });
  const child = spawn(program, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  const server: LoopbackServer = {
    port,
    dropConnections: () => endChildren(child),
    stop: () => stopSshd(child),
  };
  if ((await isListening(child)) && (await letsUsIn(keys, port))) {
    await writeFile(join(options.home, 'sshd.json'), JSON.stringify({ pid: child.pid, owner: process.pid }));
    return server;
  }
  await server.stop();
  return undefined;
}

function configuration(keys: LoopbackKeys, port: number): string {
  const quoted = (path: string) => `"${path.replaceAll('%', '%%')}"`;
  const environment = Object.entries(process.env).filter(
    ([name, value]) => forwarded.test(name) && !/["\n\\]/.test(value ?? ''),
  );
  return [
    `ListenAddress ${host}`,
    `Port ${port}`,
    `HostKey "${keys.hostKeyPath}"`,
    `AuthorizedKeysFile ${quoted(keys.authorizedKeysPath)}`,
    'PidFile none',
    'UsePAM no',
    'StrictModes no',
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'AllowTcpForwarding local',
    // Tunnels lead to this machine's loopback and nowhere else.
    'PermitOpen localhost:* 127.0.0.1:*',
    'Subsystem sftp internal-sftp',
    'X11Forwarding no',
    'PrintMotd no',
    ...(environment.length > 0 ? [`SetEnv ${environment.map(([name, value]) => `"${name}=${value}"`).join(' ')}`] : []),
    '',
  ].join('\n');
}

async function isListening(child: ChildProcess): Promise<boolean> {
  if (!child.stderr) return false;
  const lines = createInterface({ input: child.stderr });
  const failed = Promise.race([once(child, 'exit'), once(child, 'error')]).then(() => false);
  const listening = new Promise<boolean>((resolve) => {
    lines.on('line', (line) => {
      if (line.startsWith('Server listening')) resolve(true);
    });
  });
  return Promise.race([failed, listening]);
}

async function letsUsIn(keys: LoopbackKeys, port: number): Promise<boolean> {
  const privateKey = await readFile(keys.userKeyPath);
  const client = new Client();
  try {
    return await new Promise<boolean>((resolve) => {
      client.once('error', () => resolve(false));
      client.once('ready', () => {
        client.exec('exit 7', (error, channel) => {
          if (error) return resolve(false);
          channel.resume().on('close', (code: number | null) => resolve(code === 7));
        });
      });
      client.connect({ host, port, username: userInfo().username, privateKey, readyTimeout: 10_000 });
    });
  } finally {
    client.end();
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, host);
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  return port;
}

async function endChildren(child: ChildProcess): Promise<void> {
  for (const [pid, parent] of await processTable()) if (parent === child.pid) signal(pid, 'SIGKILL');
}

/** Pairs of process and parent; `ps` is missing on many small Linux systems, /proc on macOS. */
async function processTable(): Promise<(readonly [number, number])[]> {
  if (!existsSync('/proc/self/stat')) {
    const { stdout } = await promisify(execFile)('ps', ['-e', '-o', 'pid=,ppid=']);
    return stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  }
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')));
  return stats.map((stat, i) => [Number(pids[i]), Number(/\) \S (\d+)/.exec(stat)?.[1])] as const);
}

async function stopSshd(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  await endChildren(child);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** A killed process leaves its sshd behind; it is ended by whoever uses the same folder next. */
async function endLeftover(home: string): Promise<void> {
  const record = join(home, 'sshd.json');
  if (!existsSync(record)) return;
  const { pid, owner } = JSON.parse(await readFile(record, 'utf8')) as { pid: number; owner: number };
  const command = await commandOf(pid);
  if (!command.includes(join(home, 'sshd_config')) || (owner !== process.pid && isRunning(owner))) return;
  signal(pid, 'SIGTERM');
  // Its port is wanted again: wait until it is free.
  for (let tries = 0; tries < 100 && (await commandOf(pid)) !== ''; tries++) await sleep(20);
}

/** Empty for a process that is gone, or a zombie. */
async function commandOf(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
}

function isRunning(pid: number): boolean {
  return signal(pid, 0);
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
