/** A port of this machine that leads to one of the box's loopback; it outlives a lost connection. */
import type { Client, ClientChannel } from 'ssh2';
import { MlInternError } from '../../core/errors';
import type { Tunnel } from '../../core/ports/shell';
import { openLoopbackPort } from '../../node/loopback-port';
import { lostContact, noTunnels } from './errors';

const prohibited = 1;

export async function openTunnel(
  box: string,
  connected: () => Promise<Client>,
  port: number,
  localPort: number,
): Promise<Tunnel> {
  const once = async () => forward(await connected(), port);
  // A connection that was cut is noticed when it is next used; the second try is on a new one.
  const reach = () => once().catch((error: unknown) => (isCut(error) ? once() : Promise.reject(error as Error)));
  // Tried once: a server that forbids it should say so now, a service that does not answer yet may do so later.
  await reach().then((channel) => channel.destroy(), refusal(box));
  return openLoopbackPort(localPort, reach);
}

/** A server's own refusal has a number. */
function isCut(error: unknown): boolean {
  return !MlInternError.is(error) && typeof (error as { reason?: unknown }).reason !== 'number';
}

function forward(client: Client, port: number): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.forwardOut('127.0.0.1', 0, 'localhost', port, (error, channel) => {
      if (error) reject(error);
      else resolve(channel);
    });
  });
}

function refusal(box: string): (error: unknown) => void {
  return (error) => {
    if (MlInternError.is(error)) throw error;
    if (isCut(error)) throw lostContact(box, error);
    if ((error as { reason?: unknown }).reason !== prohibited) return;
    throw noTunnels(box, error);
  };
}
