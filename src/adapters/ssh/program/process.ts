/** One `ssh` process: what it says, how it ends, and how it is left. */
import {
  type ChildProcess,
  type ChildProcessByStdio,
  type ChildProcessWithoutNullStreams,
  spawn,
} from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { MlInternError } from '../../../core/errors';
import { ownProgramEnvironment } from '../../../node/child-environment';

export interface SshProcess<Child extends ChildProcess = ChildProcessWithoutNullStreams> {
  child: Child;
  stderr(): string;
  /** When it has ended and all that it said is there: the code, or undefined when a signal ended it. */
  ended: Promise<number | undefined>;
}

const stderrTail = 64 * 1024;

export function startSsh(args: readonly string[]): SshProcess {
  return watch(spawn('ssh', args, { stdio: 'pipe', env: ownProgramEnvironment(), windowsHide: true }));
}

type WithoutOutput = ChildProcessByStdio<Writable, null, Readable>;

/** What the command says goes to an open file, past us. */
export function startSshInto(file: number, args: readonly string[]): SshProcess<WithoutOutput> {
  const child = spawn('ssh', args, { stdio: ['pipe', file, 'pipe'], env: ownProgramEnvironment(), windowsHide: true });
  return watch(child as WithoutOutput);
}

function watch<Child extends WithoutOutput | ChildProcessWithoutNullStreams>(child: Child): SshProcess<Child> {
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said = (said + chunk).slice(-stderrTail)));
  // A command may end without reading its input; what counts is how it ends.
  child.stdin.on('error', () => child.stdin.destroy());
  const ended = new Promise<number | undefined>((resolve, reject) => {
    child.once('error', (error) => reject(noProgram(error)));
    child.once('close', (code) => resolve(code ?? undefined));
  });
  // It is waited for later; until then its failure is nobody's surprise.
  ended.catch(() => undefined);
  return { child, stderr: () => said, ended };
}

/** Ended, with nothing read from it any more: the connection's own process may hold its output for a while yet. */
export function leave({ child }: SshProcess<ChildProcess>): void {
  child.kill();
  child.stdin?.destroy();
  child.stdout?.destroy();
  child.stderr?.destroy();
}

function noProgram(cause: Error): MlInternError {
  return new MlInternError('box-unreachable', `The \`ssh\` program cannot be started: ${cause.message}.`, {
    next: 'Install OpenSSH, or set mlIntern.box.transport (ML_INTERN_SSH_TRANSPORT) to `built-in`, then try again.',
    cause,
  });
}

export async function hasSshProgram(): Promise<boolean> {
  const { child, ended } = startSsh(['-V']);
  child.stdout.resume();
  return (await ended.catch(() => undefined)) === 0;
}
