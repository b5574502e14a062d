/** A stand-in for OpenSSH where no sshd is installed: ssh2's server, which runs what it is asked with `sh -c`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { type AuthContext, Server, type ServerChannel, utils } from 'ssh2';
import type { LoopbackKeys } from './loopback-keys';

export interface LoopbackServer {
  port: number;
  /** Cuts every connection, as a lost network would. */
  dropConnections(): Promise<void>;
  stop(): Promise<void>;
}

export async function startSsh2Server(keys: LoopbackKeys, host: string, port: number): Promise<LoopbackServer> {
  const allowed = utils.parseKey(await readFile(`${keys.userKeyPath}.pub`));
  if (allowed instanceof Error) throw allowed;
  const ssh = new Server({ hostKeys: [await readFile(keys.hostKeyPath)] }, (connection) => {
    // A cut connection is what the other side sees too; there is nobody here to tell.
    connection.on('error', () => connection.end());
    connection.on('authentication', (context) => authenticate(context, allowed));
    connection.on('session', (accept) => {
      accept().on('exec', (acceptExec, _reject, { command }) => runCommand(acceptExec(), command));
    });
    connection.on('tcpip', (accept, reject, { destIP, destPort }) => {
      if (destIP !== 'localhost') return reject();
      const socket = connect({ host: 'localhost', port: destPort });
      socket.once('error', () => reject());
      socket.once('connect', () => {
        const channel = accept();
        socket.on('error', () => channel.destroy());
        channel.on('error', () => socket.destroy());
        channel.pipe(socket).pipe(channel);
      });
    });
  });
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    ssh.injectSocket(socket);
  });
  server.listen(port, host);
  await once(server, 'listening');
  const dropConnections = async () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    dropConnections,
    stop: async () => {
      await dropConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function authenticate(context: AuthContext, allowed: ReturnType<typeof utils.parseKey>): void {
  if (context.method !== 'publickey' || allowed instanceof Error) return context.reject(['publickey']);
  const same = context.key.data.equals(allowed.getPublicSSH());
  const signed = !context.signature || allowed.verify(context.blob ?? Buffer.alloc(0), context.signature) === true;
  if (same && signed) context.accept();
  else context.reject(['publickey']);
}

function runCommand(channel: ServerChannel, command: string): void {
  const child = spawn('sh', ['-c', command], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  channel.pipe(child.stdin);
  child.stdin.on('error', () => channel.unpipe(child.stdin));
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  // As with sshd: who is gone reads no more, and the command notices when it next writes.
  channel.on('close', () => {
    child.stdout.destroy();
    child.stderr.destroy();
  });
  child.on('close', (code) => {
    if (channel.writable) channel.exit(code ?? 137);
    channel.end();
  });
}
