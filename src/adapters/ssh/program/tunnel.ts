/** A port of this machine that leads to one of the box's loopback: an `ssh -W` for each who connects, so it outlives a lost connection. */
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import type { Tunnel } from '../../../core/ports/shell';
import { openLoopbackPort } from '../../../node/loopback-port';
import { noTunnels } from '../errors';
import { type ProgramHost, sshArguments } from './arguments';
import { connectionFailure } from './failures';
import { alone } from './master';
import { leave, startSsh } from './process';

/** A service that takes a connection and says nothing is no refusal. */
const refusalMs = 10_000;

export async function openTunnel(
  target: ProgramHost,
  ready: () => Promise<string[]>,
  port: number,
  localPort: number,
): Promise<Tunnel> {
  const start = (settings: string[]) => startSsh(sshArguments(target, [...settings, '-W', `localhost:${port}`]));
  // Tried once: a server that forbids it should say so now, a service that does not answer yet may do so later.
  await refuseIfForbidden(target, start, await ready());
  return openLoopbackPort(localPort, async () => asStream(start(await ready())));
}

type Start = (settings: string[]) => ReturnType<typeof startSsh>;

/** A shared connection tells only that it was refused; one of its own tells why. */
async function refuseIfForbidden(target: ProgramHost, start: Start, through: string[]): Promise<void> {
  if ((await refusal(start(['-o', 'LogLevel=DEBUG1', ...through]))) === undefined) return;
  const why = await refusal(start(['-o', 'LogLevel=INFO', '-o', 'ConnectTimeout=20', ...alone]));
  if (why === undefined) return;
  if (why.includes('administratively prohibited')) throw noTunnels(target.host);
  if (!why.includes('open failed')) throw connectionFailure(target.host, why);
}

async function refusal(ssh: ReturnType<typeof startSsh>): Promise<string | undefined> {
  ssh.child.stdin.end();
  ssh.child.stdout.resume();
  const opened = new Promise<void>((resolve) => {
    ssh.child.stderr.on('data', () => ssh.stderr().includes('master session id') && resolve());
    setTimeout(resolve, refusalMs).unref();
  });
  try {
    const refused = ssh.ended.then((code) => (code === 0 ? undefined : ssh.stderr()));
    return await Promise.race([refused, opened.then(() => undefined)]);
  } finally {
    leave(ssh);
  }
}

function asStream(ssh: ReturnType<typeof startSsh>): Duplex {
  const { child } = ssh;
  child.stderr.resume();
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  stream.once('close', () => leave(ssh));
  // What it still had to say is read first.
  void once(child, 'close').then(() =>
    stream.readableEnded ? stream.destroy() : stream.once('end', () => stream.destroy()),
  );
  return stream;
}
