/** A connection through the hosts on the way: each is connected through the one before it, as ssh's ProxyJump does. */
import type { Client, ClientChannel } from 'ssh2';
import { unlessAborted } from '../../core/box/abort';
import { MlInternError } from '../../core/errors';
import { connectHost, type ConnectOptions } from './connect';
import type { Destination } from './destination';
import { cannotGoOn } from './errors';
import { onlySystemSsh } from './limits';

export async function connect(options: ConnectOptions): Promise<Client> {
  const { box, destination } = options;
  if (destination.needsSystem !== undefined) throw onlySystemSsh(box, destination.needsSystem);
  const way: Client[] = [];
  const leave = () => way.reverse().forEach((client) => client.end());
  try {
    for (const hop of destination.jumps) way.push(await connectHop(options, hop, way.at(-1)));
    const last = destination.jumps.at(-1)?.name;
    const client = await connectHost({ ...options, open: through(way.at(-1), last, destination) });
    client.once('close', leave);
    return client;
  } catch (error) {
    leave();
    throw error;
  }
}

async function connectHop(options: ConnectOptions, hop: Destination['jumps'][number], before: Client | undefined) {
  const { box, confirmHostKey, destination } = options;
  const previous = destination.jumps[destination.jumps.indexOf(hop) - 1]?.name;
  const confirm = confirmHostKey && ((print: string) => confirmHostKey(print, hop.name));
  try {
    const open = through(before, previous, hop.destination);
    return await connectHost({
      ...options,
      box: hop.name,
      destination: hop.destination,
      confirmHostKey: confirm,
      open,
    });
  } catch (error) {
    throw onTheWay(box, hop.name, error);
  }
}

function through(before: Client | undefined, name: string | undefined, target: Destination) {
  if (before === undefined || name === undefined) return undefined;
  return async (): Promise<ClientChannel> => {
    try {
      return await unlessAborted(forward(before, target), AbortSignal.timeout(target.connectTimeoutMs));
    } catch (error) {
      throw cannotGoOn(name, target, error);
    }
  };
}

function forward(client: Client, { hostname, port }: Destination): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.forwardOut('127.0.0.1', 0, hostname, port, (error, channel) => {
      if (error) reject(error);
      else resolve(channel);
    });
  });
}

function onTheWay(box: string, hop: string, error: unknown): unknown {
  if (!MlInternError.is(error)) return error;
  const message = `The way to the box ${box} leads through ${hop}. ${error.message}`;
  return new MlInternError(error.reason, message, { next: error.next, cause: error });
}
