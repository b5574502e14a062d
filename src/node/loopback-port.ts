/** A port of this machine's loopback; whoever connects is led to the stream that `reach` opens. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { MlInternError } from '../core/errors';
import type { Tunnel } from '../core/ports/shell';

export async function openLoopbackPort(port: number, reach: () => Promise<Duplex>): Promise<Tunnel> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // Each end learns of the other's by its stream closing.
    socket.on('error', () => socket.destroy());
    reach().then(
      (stream) => join(socket, stream),
      () => socket.destroy(),
    );
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening').catch((error: unknown) => Promise.reject(taken(port, error)));
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      if (server.listening) await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function join(socket: Socket, stream: Duplex): void {
  stream.on('error', () => stream.destroy());
  stream.once('close', () => socket.destroy());
  socket.once('close', () => stream.destroy());
  socket.pipe(stream).pipe(socket);
}

function taken(port: number, cause: unknown): MlInternError {
  return new MlInternError('bad-input', `Port ${port} of this machine cannot be used: ${(cause as Error).message}.`, {
    next: 'Close what uses it, or name another port (0 takes a free one).',
    cause,
  });
}
