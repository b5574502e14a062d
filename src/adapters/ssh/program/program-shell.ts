/** A box over the system's own `ssh` program: whatever `ssh HOST` can do, this can. */
import type { ChildProcess } from 'node:child_process';
import { unlessAborted } from '../../../core/box/abort';
import type {
  BoxShell,
  ExecOptions,
  ExecResult,
  StreamOptions,
  TransferOptions,
  Tunnel,
} from '../../../core/ports/shell';
import { feed } from '../../../node/feed';
import { fillFrom } from '../../../node/local-file';
import { collect, untilAborted } from '../channel';
import type { ConfirmHostKey } from '../connect';
import { commandFailed, lostContact, tooSlow } from '../errors';
import { markOutput } from '../marker';
import { Slots } from '../slots';
import { downloadByStream, isLarge, restOf, uploadByStream } from '../stream-files';
import { type ProgramHost, sshArguments } from './arguments';
import { type ExitMark, markExit } from './exit-mark';
import { connectionFailure } from './failures';
import { Master } from './master';
import { leave, type SshProcess, startSsh, startSshInto } from './process';
import { openTunnel } from './tunnel';

export interface ProgramShellOptions extends ProgramHost {
  /** Asked with the fingerprint of an unknown host; a yes is kept in known_hosts. Without it unknown hosts are refused. */
  confirmHostKey?: ConfirmHostKey | undefined;
}

interface Running {
  ssh: SshProcess;
  output: AsyncGenerator<Uint8Array>;
  result(): Promise<{ code: number; stderr: string }>;
}

const defaultTimeoutMs = 60_000;
const mostSessions = 8;

export class ProgramShell implements BoxShell {
  readonly name: string;
  private readonly master: Master;
  private readonly slots = new Slots(mostSessions);
  private quiet: Promise<boolean> | undefined;

  constructor(private readonly options: ProgramShellOptions) {
    this.name = options.host;
    this.master = new Master(options, options.confirmHostKey);
  }

  async exec(command: string, options: ExecOptions = {}): Promise<ExecResult> {
    const limit = AbortSignal.timeout(options.timeoutMs ?? defaultTimeoutMs);
    const ending = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
    try {
      const running = await this.start(command, ending);
      running.ssh.child.stdin.end(options.stdin ?? '');
      const stdout = await collect(running.output);
      const { code, stderr } = await running.result();
      return { code, stdout, stderr };
    } catch (error) {
      if (!limit.aborted || options.signal?.aborted) throw error;
      throw tooSlow(this.name, options.timeoutMs ?? defaultTimeoutMs);
    }
  }

  async *stream(command: string, options: StreamOptions = {}): AsyncGenerator<Uint8Array> {
    const badInput = new AbortController();
    const signal = options.signal ? AbortSignal.any([options.signal, badInput.signal]) : badInput.signal;
    const running = await this.start(command, signal);
    const { stdin } = running.ssh.child;
    try {
      if (options.stdin) feed(options.stdin, stdin).catch((error: unknown) => badInput.abort(error));
      else stdin.end();
      yield* running.output;
      const { code, stderr } = await running.result();
      if (code !== 0) throw commandFailed(this.name, code, stderr);
    } finally {
      leave(running.ssh);
    }
  }

  upload(localPath: string, remotePath: string, options: TransferOptions): Promise<void> {
    return uploadByStream(this, localPath, remotePath, options);
  }

  /** A large file goes into its place without us between, where nothing but the file comes out of a command. */
  async download(remotePath: string, localPath: string, options: TransferOptions): Promise<void> {
    const isStraight = isLarge(options) && (await this.isQuiet(options.signal));
    if (!isStraight) return downloadByStream(this, remotePath, localPath, options);
    await fillFrom(localPath, options, (file) => this.pour(remotePath, file, options));
  }

  tunnel(port: number, localPort = 0, signal?: AbortSignal): Promise<Tunnel> {
    return openTunnel(this.options, () => unlessAborted(this.master.ready(), signal), port, localPort);
  }

  close(): Promise<void> {
    return this.master.close();
  }

  private async start(command: string, signal: AbortSignal): Promise<Running> {
    const release = await this.slots.take(signal);
    try {
      const through = await unlessAborted(this.master.ready(), signal);
      return this.run(through, command, signal, release);
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Whether login scripts print nothing; what they print would end up in the file. Asked once. */
  private isQuiet(signal: AbortSignal | undefined): Promise<boolean> {
    this.quiet ??= this.sayNothing().catch((error: unknown) => {
      this.quiet = undefined;
      throw error;
    });
    return unlessAborted(this.quiet, signal);
  }

  private async sayNothing(): Promise<boolean> {
    const release = await this.slots.take();
    try {
      const ssh = startSsh(sshArguments(this.options, await this.master.ready(), 'exit 0'));
      ssh.child.stdin.end();
      const said = await collect(ssh.child.stdout);
      return (await ssh.ended) === 0 && said === '';
    } finally {
      release();
    }
  }

  /** The rest of a remote file, written to `file`. */
  private async pour(
    remotePath: string,
    file: number,
    { offset, signal }: Pick<TransferOptions, 'offset' | 'signal'>,
  ): Promise<void> {
    const release = await this.slots.take(signal);
    try {
      const through = await unlessAborted(this.master.ready(), signal);
      const exit = markExit(restOf(remotePath, offset));
      const ssh = startSshInto(file, sshArguments(this.options, through, exit.command));
      ssh.child.stdin.end();
      const { code, said } = await endOf(ssh, exit, signal);
      if (code === undefined) throw lostContact(this.name);
      if (code !== 0) throw commandFailed(this.name, code, said);
    } finally {
      release();
    }
  }

  private run(through: string[], command: string, signal: AbortSignal, release: () => void): Running {
    const exit = markExit(command);
    const marked = markOutput(exit.command);
    const ssh = startSsh(sshArguments(this.options, through, marked.command));
    ssh.child.once('exit', release).once('error', release);
    return {
      ssh,
      output: marked.strip(untilAborted(ssh.child.stdout, signal, () => leave(ssh))),
      result: async () => {
        const { code, said } = await endOf(ssh, exit, signal);
        if (code !== undefined) return { code, stderr: said };
        // Before the command began, what `ssh` said is all that was said.
        throw marked.begun() || said.trim() === '' ? lostContact(this.name) : connectionFailure(this.name, said);
      },
    };
  }
}

/** What the command said by itself and how it ended; no code where the connection went first. */
async function endOf(
  ssh: SshProcess<ChildProcess>,
  exit: ExitMark,
  signal: AbortSignal | undefined,
): Promise<{ code: number | undefined; said: string }> {
  const code = await unlessAborted(ssh.ended, signal).finally(() => signal?.aborted && leave(ssh));
  const { said, own } = exit.read(ssh.stderr());
  return { code: code === 255 && !own ? undefined : code, said };
}
