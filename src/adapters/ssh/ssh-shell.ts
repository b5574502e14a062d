/** A box over SSH as a shell: one connection, made on first use and again after it was lost. */
import type { Client } from 'ssh2';
import { unlessAborted } from '../../core/box/abort';
import type { Secrets } from '../../core/ports/common';
import type { Prompts } from '../../core/ports/prompts';
import type { BoxShell, ExecOptions, ExecResult, StreamOptions, TransferOptions, Tunnel } from '../../core/ports/shell';
import { feed } from '../../node/feed';
import { abandon, collect, openChannel, type Running, untilAborted } from './channel';
import type { ConfirmHostKey } from './connect';
import { type DestinationOverrides, resolveDestination } from './destination';
import { commandFailed, lostContact, tooSlow } from './errors';
import { connect } from './jump';
import { markOutput } from './marker';
import { SshFiles } from './ssh-files';
import { Slots } from './slots';
import { openTunnel } from './tunnel';

export interface SshShellOptions {
  /** As `ssh` knows it: an alias, `user@host`, `user@host:port`. */
  host: string;
  /** Asked with the fingerprint of an unknown host; a yes is kept in known_hosts. Without it unknown hosts are refused. */
  confirmHostKey?: ConfirmHostKey | undefined;
  configFile?: string;
  overrides?: DestinationOverrides;
  /** Passphrases of keys as `ssh-key:<path>`, passwords as `ssh-password:<user>@<host>:<port>`. */
  secrets?: Secrets;
  /** Asked for what `secrets` does not hold; without it nobody is asked. */
  prompts?: Prompts;
}

const defaultTimeoutMs = 60_000;
const mostChannels = 8;

export class SshShell implements BoxShell {
  readonly name: string;
  private connection: Promise<Client> | undefined;
  private readonly slots = new Slots(mostChannels);
  private readonly files: SshFiles;

  constructor(private readonly options: SshShellOptions) {
    this.name = options.host;
    this.files = new SshFiles(this, this.slots, () => this.connected());
  }

  /** Connects when that has not been done yet. */
  async ready(): Promise<void> {
    await this.connected();
  }

  async exec(command: string, options: ExecOptions = {}): Promise<ExecResult> {
    // The command's time does not run while a person is asked for a secret.
    await unlessAborted(this.connected(), options.signal);
    const limit = AbortSignal.timeout(options.timeoutMs ?? defaultTimeoutMs);
    const ending = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
    try {
      const marked = markOutput(command);
      const running = await this.start(marked.command, ending);
      running.channel.end(options.stdin ?? '');
      const stdout = await collect(marked.strip(untilAborted(running.channel, ending, () => abandon(running.channel))));
      return { code: await this.codeOf(running, ending), stdout, stderr: running.stderr() };
    } catch (error) {
      if (limit.aborted && options.signal?.aborted !== true)
        throw tooSlow(this.name, options.timeoutMs ?? defaultTimeoutMs);
      throw error;
    }
  }

  async *stream(command: string, options: StreamOptions = {}): AsyncGenerator<Uint8Array> {
    const badInput = new AbortController();
    const signal = options.signal ? AbortSignal.any([options.signal, badInput.signal]) : badInput.signal;
    const marked = markOutput(command);
    const running = await this.start(marked.command, signal);
    try {
      if (options.stdin) feed(options.stdin, running.channel).catch((error: unknown) => badInput.abort(error));
      else running.channel.end();
      yield* marked.strip(untilAborted(running.channel, signal, () => abandon(running.channel)));
      const code = await this.codeOf(running, signal);
      if (code !== 0) throw commandFailed(this.name, code, running.stderr());
    } finally {
      abandon(running.channel);
    }
  }

  upload(localPath: string, remotePath: string, options: TransferOptions): Promise<void> {
    return this.files.upload(localPath, remotePath, options);
  }

  download(remotePath: string, localPath: string, options: TransferOptions): Promise<void> {
    return this.files.download(remotePath, localPath, options);
  }

  tunnel(port: number, localPort = 0, signal?: AbortSignal): Promise<Tunnel> {
    return openTunnel(this.name, () => unlessAborted(this.connected(), signal), port, localPort);
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
    if (this.connection) return this.connection;
    const opening = this.open(() => {
      // A later one may have taken its place.
      if (this.connection === opening) this.connection = undefined;
    });
    this.connection = opening;
    return opening;
  }

  private async open(forget: () => void): Promise<Client> {
    try {
      const { host, overrides, configFile, confirmHostKey, secrets, prompts } = this.options;
      const destination = await resolveDestination(host, overrides, configFile);
      const client = await connect({ box: host, destination, confirmHostKey, secrets, prompts });
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
}
