/** A connection on which what is written in one turn goes out at once: ssh2 writes every packet in three pieces. */
import { Socket } from 'node:net';

export function batchedSocket(host: string, port: number): Socket {
  const socket = new Socket();
  const write = socket.write.bind(socket) as (...words: unknown[]) => boolean;
  let gathering = false;
  const send = () => {
    gathering = false;
    socket.uncork();
  };
  socket.write = (...words: unknown[]) => {
    if (!gathering) {
      gathering = true;
      socket.cork();
      process.nextTick(send);
    }
    return write(...words);
  };
  return socket.connect({ host, port });
}
