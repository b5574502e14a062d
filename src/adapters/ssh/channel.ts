/** One command on its channel: what it says, how it ends, and how it is left. */
import type { Client, ClientChannel } from 'ssh2';
import { unlessAborted } from '../../core/box/abort';
import { lostContact } from './errors';

export interface Running {
  channel: ClientChannel;
  stderr(): string;
  /** Settles when the channel has closed: the exit code, or undefined when the connection went first. */
  ended: Promise<number | undefined>;
}

const mostOutput = 64 * 1024 * 1024;
const stderrTail = 64 * 1024;

export function openChannel(client: Client, command: string, box: string): Promise<Running> {
  return new Promise((resolve, reject) => {
    try {
      client.exec(command, (error, channel) => {
        if (error) reject(lostContact(box, error));
        else resolve(watch(channel));
      });
    } catch (error) {
      // ssh2 throws at once when the connection has gone.
      reject(lostContact(box, error));
    }
  });
}

function watch(channel: ClientChannel): Running {
  let said = '';
  let code: number | undefined;
  channel.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-stderrTail)));
  // No exit before the close means that the connection went, not the command. A signal counts as its shell would count it.
  channel.on('exit', (exit: number | null) => (code = exit ?? 137));
  const ended = new Promise<number | undefined>((resolve) => channel.once('close', () => resolve(code)));
  return { channel, stderr: () => said, ended };
}

/** Reads what a command says; leaving it on abort ends it when it next looks at its output. */
export async function* untilAborted(
  output: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
  leave: () => void,
): AsyncGenerator<Uint8Array> {
  const chunks = output[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await unlessAborted(chunks.next(), signal);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    if (signal?.aborted) leave();
  }
}

/** Closed, and drained so that the channel's end is noticed and its slot comes free. */
export function abandon(channel: ClientChannel): void {
  channel.close();
  // An async iterator that was left behind still listens for 'readable', and a stream with such a listener does not flow.
  channel.removeAllListeners('readable');
  channel.on('data', () => undefined);
}

export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const kept: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size <= mostOutput) kept.push(chunk);
  }
  return Buffer.concat(kept).toString('utf8');
}
