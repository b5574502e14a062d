/** A box over SSH as a shell: one connection, made on first use and again after it was lost. */
import type { Client, ClientChannel } from 'ssh2';
import { unlessAborted } from '../../core/box/abort';
import { MlInternError } from '../../core/errors';
import type { Secrets } from '../../core/ports/common';
import type { ExecOptions, ExecResult, Shell } from '../../core/ports/shell';
import { type ConfirmHostKey, connect } from './connect';
import { type DestinationOverrides, resolveDestination } from './destination';
import { lostContact } from './errors';
import { markOutput } from './marker';
import { Slots } from './slots';

export interface SshShellOptions {
  /** As `ssh` knows it: an alias, `user@host`, `user@host:port`. */
  host: string;
  /** Asked with the fingerprint of an unknown host; a yes is kept in known_hosts. Without it unknown hosts are refused. */
  confirmHostKey?: ConfirmHostKey;
  configFile?: string;
  overrides?: DestinationOverrides;
  /** Passphrases of keys, as `ssh-key:<path>`. */
  secrets?: Secrets;
}

interface Running {
  channel: ClientChannel;
  stderr(): string;
  /** Settles when the channel has closed: the exit code, or undefined when the connection went first. */
  ended: Promise<number | undefined>;
}

const defaultTimeoutMs = 60_000;
const mostChannels = 8;
const mostOutput = 64 * 1024 * 1024;
const stderrTail = 64 * 1024;

export class SshShell implements Shell {
  readonly name: string;
  private connection: Promise<Client> | undefined;
  private readonly slots = new Slots(mostChannels);

  constructor(private readonly options: SshShellOptions) {
    this.name = options.host;
  }

  async exec(command: string, options: ExecOptions = {}): Promise<ExecResult> {
    const limit = AbortSignal.timeout(options.timeoutMs ?? defaultTimeoutMs);
    const ending = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
    try {
      const marked = markOutput(command);
      const running = await this.start(marked.command, ending);
      running.channel.end(options.stdin ?? '');
      const stdout = await collect(marked.strip(untilAborted(running.channel, ending)));
      return { code: await this.codeOf(running, ending), stdout, stderr: running.stderr() };
    } catch (error) {
      if (limit.aborted && options.signal?.aborted !== true) throw this.tooSlow(options.timeoutMs ?? defaultTimeoutMs);
      throw error;
    }
  }

  async *stream(command: string, options: { signal?: AbortSignal | undefined } = {}): AsyncGenerator<Uint8Array> {
    const marked = markOutput(command);
    const running = await this.start(marked.command, options.signal);
    try {
      running.channel.end();
      yield* marked.strip(untilAborted(running.channel, options.signal));
      const code = await this.codeOf(running, options.signal);
      if (code !== 0) throw this.failed(code, running.stderr());
    } finally {
      abandon(running.channel);
    }
  }

  async close(): Promise<void> {
    const connection = this.connection;
    this.connection = undefined;
    const client = await connection?.catch(() => undefined);
    client?.end();
  }

  private async start(command: string, signal: AbortSignal | undefined): Promise<Running> {
    const release = await this.slots.take(signal);
    try {
      const client = await unlessAborted(this.connected(), signal);
      const running = await openChannel(client, command, this.name);
      void running.ended.then(release);
      if (signal?.aborted) abandon(running.channel);
      return running;
    } catch (error) {
      release();
      throw error;
    }
  }

  private connected(): Promise<Client> {
    this.connection ??= this.open();
    return this.connection;
  }

  private async open(): Promise<Client> {
    const forget = () => {
      this.connection = undefined;
    };
    try {
      const { host, overrides, configFile, confirmHostKey, secrets } = this.options;
      const destination = await resolveDestination(host, overrides, configFile);
      const client = await connect({ box: host, destination, confirmHostKey, secrets });
      client.once('close', forget);
      return client;
    } catch (error) {
      forget();
      throw error;
    }
  }

  private async codeOf(running: Running, signal: AbortSignal | undefined): Promise<number> {
    const code = await unlessAborted(running.ended, signal);
    if (code === undefined) throw lostContact(this.name);
    return code;
  }

  private tooSlow(limitMs: number): MlInternError {
    return new MlInternError('timeout', `A command on the box ${this.name} took longer than ${limitMs / 1000} s.`, {
      next: 'See whether the box is overloaded or its disk hangs, then resume the run.',
    });
  }

  private failed(code: number, stderr: string): MlInternError {
    const said = stderr.trim().split('\n').at(-1) ?? '';
    return new MlInternError('box-command', `A command on the box ${this.name} ended with code ${code}: ${said}`, {
      next: 'Read what the command said, mend it, then resume the run.',
    });
  }
}

function openChannel(client: Client, command: string, box: string): Promise<Running> {
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

/** Reads a channel; closing it on abort ends the remote command when it next looks at its output. */
async function* untilAborted(channel: ClientChannel, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const chunks = (channel as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await unlessAborted(chunks.next(), signal);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    if (signal?.aborted) abandon(channel);
  }
}

/** Closed, and drained so that the channel's end is noticed and its slot comes free. */
function abandon(channel: ClientChannel): void {
  channel.close();
  // An async iterator that was left behind still listens for 'readable', and a stream with such a listener does not flow.
  channel.removeAllListeners('readable');
  channel.on('data', () => undefined);
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const kept: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size <= mostOutput) kept.push(chunk);
  }
  return Buffer.concat(kept).toString('utf8');
}
