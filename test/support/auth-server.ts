/** A stand-in for a server with passwords and second factors, which sshd without PAM cannot be here: ssh2's server, scripted. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { type AuthContext, Server, utils } from 'ssh2';
import { SshShell, type SshShellOptions } from '../../src/adapters/ssh/ssh-shell';
import { newKeyPair } from './key-pair';

export interface AuthServer {
  host: string;
  port: number;
  user: string;
  knownHostsPath: string;
  folder: string;
  /** The key that `publicKey` is the public half of. */
  keyPath: string;
  publicKey: Buffer;
  /** Attempts so far, by method, `none` left out. */
  attempts: string[];
  shell(options?: Partial<SshShellOptions>): SshShell;
  hangUp(): void;
  stop(): Promise<void>;
}

/** `judge` is asked about every attempt, with the key's signature checked; a new judge for every connection. */
export async function startAuthServer(
  newJudge: (server: AuthServer) => (context: AuthContext) => void,
): Promise<AuthServer> {
  const folder = await mkdtemp(join(tmpdir(), 'ml-intern-auth-'));
  const host = newKeyPair();
  const user = newKeyPair();
  const parsed = utils.parseKey(user.public);
  if (parsed instanceof Error) throw parsed;
  const keyPath = join(folder, 'key');
  await writeFile(keyPath, user.private, { mode: 0o600 });
  const sockets = new Set<Socket>();
  const ssh = new Server({ hostKeys: [host.private] }, (connection) => {
    const judge = newJudge(server);
    connection.on('error', () => connection.end());
    connection.on('authentication', (context) => {
      if (context.method !== 'none') server.attempts.push(context.method);
      judge(context);
    });
    connection.on('session', (accept) => {
      accept().on('exec', (acceptExec) => {
        const channel = acceptExec();
        // The marks around the output are the shell's own affair: this stand-in runs no commands.
        channel.exit(0);
        channel.end();
      });
    });
  });
  const listener = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    ssh.injectSocket(socket);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const knownHosts = join(folder, 'known_hosts');
  await writeFile(knownHosts, `[127.0.0.1]:${port} ${host.public}\n`);
  const overrides = {
    hostname: '127.0.0.1',
    port,
    user: userInfo().username,
    identityFile: join(folder, 'none'),
    knownHostsFile: knownHosts,
  };
  const hangUp = () => sockets.forEach((socket) => socket.destroy());
  const server: AuthServer = {
    host: overrides.hostname,
    port,
    user: overrides.user,
    knownHostsPath: knownHosts,
    folder,
    keyPath,
    publicKey: parsed.getPublicSSH(),
    attempts: [],
    hangUp,
    shell: (options = {}) =>
      new SshShell({ host: 'code-box', ...options, overrides: { ...overrides, ...options.overrides } }),
    stop: async () => {
      hangUp();
      await new Promise<void>((resolve) => listener.close(() => resolve()));
      await rm(folder, { recursive: true, force: true });
    },
  };
  return server;
}
