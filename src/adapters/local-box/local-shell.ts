/** The machine that ML Intern itself runs on, as a shell. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { MlInternError } from '../../core/errors';
import type { BoxShell, ExecOptions, ExecResult, StreamOptions, TransferOptions, Tunnel } from '../../core/ports/shell';
import { jobEnvironment } from '../../node/child-environment';
import { feed } from '../../node/feed';
import { readFrom, writeFrom } from '../../node/local-file';
import { openLoopbackPort } from '../../node/loopback-port';

const defaultTimeoutMs = 60_000;
const mostOutput = 64 * 1024 * 1024;
const stderrTail = 8 * 1024;

export class LocalShell implements BoxShell {
  readonly name = 'local';

  async exec(command: string, options: ExecOptions = {}): Promise<ExecResult> {
    options.signal?.throwIfAborted();
    const child = start(command);
    const limit = AbortSignal.timeout(options.timeoutMs ?? defaultTimeoutMs);
    const ending = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
    const end = () => endGroup(child);
    ending.addEventListener('abort', end, { once: true });
    try {
      // A command may end without reading its input; what counts is how it ends.
      child.stdin.on('error', () => child.stdin.destroy());
      child.stdin.end(options.stdin ?? '');
      const [stdout, stderr, code] = await Promise.all([collect(child.stdout), collect(child.stderr), exitCode(child)]);
      options.signal?.throwIfAborted();
      if (limit.aborted) throw tooSlow(options.timeoutMs ?? defaultTimeoutMs);
      return { code, stdout, stderr };
    } finally {
      ending.removeEventListener('abort', end);
    }
  }

  async *stream(command: string, options: StreamOptions = {}): AsyncGenerator<Uint8Array> {
    options.signal?.throwIfAborted();
    const child = start(command);
    let badInput: Error | undefined;
    child.stdin.on('error', () => child.stdin.destroy());
    feed(options.stdin ?? nothing(), child.stdin).catch((error: Error) => {
      badInput = error;
      endGroup(child);
    });
    const end = () => endGroup(child);
    options.signal?.addEventListener('abort', end, { once: true });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-stderrTail)));
    try {
      const ended = exitCode(child);
      for await (const chunk of child.stdout) yield chunk as Uint8Array;
      const code = await ended;
      options.signal?.throwIfAborted();
      if (badInput) throw badInput;
      if (code !== 0) throw failed(code, said);
    } finally {
      options.signal?.removeEventListener('abort', end);
      end();
    }
  }

  upload(localPath: string, remotePath: string, options: TransferOptions): Promise<void> {
    return copy(localPath, remotePath, options);
  }

  download(remotePath: string, localPath: string, options: TransferOptions): Promise<void> {
    return copy(remotePath, localPath, options);
  }

  /** The box's loopback is ours: the port itself leads there already. */
  tunnel(port: number, localPort = port): Promise<Tunnel> {
    if (localPort === port || localPort === 0) return Promise.resolve({ port, close: () => Promise.resolve() });
    return openLoopbackPort(localPort, () => Promise.resolve(connect({ port, host: 'localhost', noDelay: true })));
  }

  async close(): Promise<void> {
    // Nothing is held open between commands.
  }
}

async function copy(from: string, to: string, options: TransferOptions): Promise<void> {
  options.signal?.throwIfAborted();
  await writeFrom(to, readFrom(from, options.offset), options);
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // Ends at once.
}

/** In a process group of its own, so that ending it ends what it started. */
function start(command: string) {
  return spawn('sh', ['-c', command], { stdio: ['pipe', 'pipe', 'pipe'], detached: true, env: jobEnvironment() });
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function exitCode(child: ChildProcess): Promise<number> {
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return code ?? 137;
  } catch (error) {
    throw new MlInternError('box-command', `This machine cannot run commands: ${(error as Error).message}.`, {
      next: 'Use a box over SSH; on Windows, run VS Code in WSL to use this machine as the box.',
      cause: error,
    });
  }
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size <= mostOutput) chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooSlow(limitMs: number): MlInternError {
  return new MlInternError('timeout', `A command on this machine took longer than ${limitMs / 1000} s.`, {
    next: 'See whether the machine is overloaded, then resume the run.',
  });
}

function failed(code: number, said: string): MlInternError {
  const last = said.trim().split('\n').at(-1) ?? '';
  return new MlInternError('box-command', `A command on this machine ended with code ${code}: ${last}`, {
    next: 'Read what the command said, mend it, then resume the run.',
  });
}
