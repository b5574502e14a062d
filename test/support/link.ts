/** The network between a client and a server on this machine: it can be cut, slowed down, and made to swallow everything. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { PassThrough, Transform } from 'node:stream';

export interface Pace {
  bytesPerSecond: number;
  delayMs: number;
}

interface Pair {
  client: Socket;
  server: Socket;
  silent: boolean;
}

export class Link {
  private readonly pairs = new Set<Pair>();
  private pace: Pace | undefined;
  private cutting: { bytes: number; done: (when: number) => void } | undefined;

  private constructor(private readonly listener: Server) {}

  static async open(target: { host: string; port: number }): Promise<Link> {
    const listener = createServer({ noDelay: true });
    const link = new Link(listener);
    listener.on('connection', (client) => link.join(client, connect({ ...target, noDelay: true })));
    listener.listen(0, target.host);
    await once(listener, 'listening');
    return link;
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  /** Breaks every connection at once: with a reset, as a router does, or with an orderly end, as a killed server does. */
  cut(how: 'reset' | 'end' = 'reset'): void {
    for (const { client, server } of this.pairs) {
      if (how === 'reset') client.resetAndDestroy();
      else client.destroy();
      server.destroy();
    }
  }

  /** Cuts in the middle of what the server says, after so many more bytes of it; resolves with the moment of the cut. */
  cutAfter(bytes: number): Promise<number> {
    return new Promise((done) => (this.cutting = { bytes, done }));
  }

  /** The connections of now stay open and carry nothing any more, in either direction; new ones work. */
  silence(): void {
    for (const pair of this.pairs) pair.silent = true;
  }

  /** For connections made from now on. */
  slowDown(pace: Pace): void {
    this.pace = pace;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.listener.close(resolve));
  }

  private join(client: Socket, server: Socket): void {
    const pair: Pair = { client, server, silent: false };
    this.pairs.add(pair);
    const part = (how: 'destroy' | 'end') => () => {
      if (pair.silent) return;
      this.pairs.delete(pair);
      client[how]();
      server[how]();
    };
    for (const socket of [client, server]) {
      // A reset is what these connections are for; there is nobody here to tell.
      socket.on('error', part('destroy'));
      socket.on('close', part('end'));
    }
    const road = () => (this.pace ? slowRoad(this.pace) : new PassThrough());
    client
      .pipe(this.gate(pair, () => undefined))
      .pipe(road())
      .pipe(server);
    server
      .pipe(this.gate(pair, (size) => this.count(size)))
      .pipe(road())
      .pipe(client);
  }

  private count(size: number): number | undefined {
    if (!this.cutting) return undefined;
    this.cutting.bytes -= size;
    return this.cutting.bytes > 0 ? undefined : size + this.cutting.bytes;
  }

  /** `limit` answers how many bytes of a piece still go through before the cut. */
  private gate(pair: Pair, limit: (size: number) => number | undefined): Transform {
    return new Transform({
      transform: (chunk: Buffer, _encoding, next) => {
        if (pair.silent) return next();
        const last = limit(chunk.length);
        if (last === undefined) next(null, chunk);
        else this.cutHere(pair, chunk.subarray(0, last));
      },
    });
  }

  private cutHere(pair: Pair, last: Buffer): void {
    const { done } = this.cutting ?? {};
    this.cutting = undefined;
    pair.client.write(last, () => {
      this.cut('end');
      done?.(Date.now());
    });
  }
}

/** Takes bytes at the pace's rate and hands each on after its delay. */
function slowRoad({ bytesPerSecond, delayMs }: Pace): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, next) {
      setTimeout(next, (chunk.length / bytesPerSecond) * 1000);
      setTimeout(() => this.push(chunk), delayMs);
    },
    flush: (done) => void setTimeout(done, delayMs),
  });
}
