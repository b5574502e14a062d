/**
 * A box over whichever transport can do it: the built-in one, or the system's `ssh` where that alone knows how. Where both
 * can, large files go through `ssh`: it encrypts in a process of its own, past this one's only thread.
 */
import { unlessAborted } from '../../core/box/abort';
import { MlInternError, toMlInternError } from '../../core/errors';
import type { Logger } from '../../core/ports/common';
import type { BoxShell, ExecOptions, ExecResult, StreamOptions, TransferOptions, Tunnel } from '../../core/ports/shell';
import { resolveDestination } from './destination';
import { ProgramShell } from './program/program-shell';
import { hasSshProgram } from './program/process';
import { SshShell, type SshShellOptions } from './ssh-shell';
import { isLarge } from './stream-files';

export interface AutoShellOptions extends SshShellOptions {
  logger: Logger;
}

export class AutoShell implements BoxShell {
  readonly name: string;
  private chosen: Promise<BoxShell> | undefined;
  private carrier: Promise<BoxShell | undefined> | undefined;

  constructor(private readonly options: AutoShellOptions) {
    this.name = options.host;
  }

  async exec(command: string, options: ExecOptions = {}): Promise<ExecResult> {
    return (await this.shell(options.signal)).exec(command, options);
  }

  async *stream(command: string, options: StreamOptions = {}): AsyncGenerator<Uint8Array> {
    yield* (await this.shell(options.signal)).stream(command, options);
  }

  async upload(localPath: string, remotePath: string, options: TransferOptions): Promise<void> {
    await this.carry(options, (shell) => shell.upload(localPath, remotePath, options));
  }

  async download(remotePath: string, localPath: string, options: TransferOptions): Promise<void> {
    await this.carry(options, (shell) => shell.download(remotePath, localPath, options));
  }

  async tunnel(port: number, localPort?: number, signal?: AbortSignal): Promise<Tunnel> {
    return (await this.shell(signal)).tunnel(port, localPort, signal);
  }

  async close(): Promise<void> {
    const chosen = await this.chosen?.catch(() => undefined);
    const carrier = await this.carrier;
    this.carrier = undefined;
    await Promise.all([chosen?.close(), carrier?.close()]);
  }

  private async carry(options: TransferOptions, transfer: (shell: BoxShell) => Promise<void>): Promise<void> {
    const { signal } = options;
    const shell = await this.shell(signal);
    const wantsCarrier = shell instanceof SshShell && isLarge(options);
    const carrier = wantsCarrier ? await unlessAborted((this.carrier ??= this.openCarrier()), signal) : undefined;
    try {
      await transfer(carrier ?? shell);
    } catch (error) {
      if (carrier === undefined || !isShutOut(error)) throw error;
      this.carrier = Promise.resolve(undefined);
      await carrier.close();
      await transfer(shell);
    }
  }

  /** `ssh` by itself, where it gets in without asking anybody anything. */
  private async openCarrier(): Promise<BoxShell | undefined> {
    const { host, logger } = this.options;
    try {
      const program = await this.entered();
      if (program) logger.info(`Large files go to and from the box ${host} through the system's \`ssh\` program.`);
      return program;
    } catch (error) {
      const why = toMlInternError(error).message;
      logger.info(`Large files go to and from the box ${host} over ML Intern's own SSH, which is slower: ${why}`);
      return undefined;
    }
  }

  /** undefined where there is no `ssh`, or where it might reach another machine: it does not know of the overrides. */
  private async entered(): Promise<BoxShell | undefined> {
    const { host, configFile, overrides } = this.options;
    if (overrides !== undefined || !(await hasSshProgram())) return undefined;
    const program = new ProgramShell({ host, configFile });
    try {
      await program.exec('exit 0');
      return program;
    } catch (error) {
      await program.close();
      throw error;
    }
  }

  private shell(signal: AbortSignal | undefined): Promise<BoxShell> {
    this.chosen ??= this.choose().catch((error: unknown) => {
      // What stands in the way may be gone by the next use.
      this.chosen = undefined;
      throw error;
    });
    return unlessAborted(this.chosen, signal);
  }

  private async choose(): Promise<BoxShell> {
    const { host, overrides, configFile } = this.options;
    const { needsSystem } = await resolveDestination(host, overrides, configFile);
    const builtIn = new SshShell(this.options);
    if (needsSystem !== undefined && (await hasSshProgram())) return this.system(needsSystem);
    try {
      await builtIn.ready();
      return builtIn;
    } catch (error) {
      const reason = lacksAlgorithm(error);
      if (reason !== undefined && (await hasSshProgram())) return this.system(reason);
      // Keys that only an agent knows may be of a kind that `ssh` alone can use: certificates, security keys.
      const program = MlInternError.is(error, 'box-auth') && (await this.entered().catch(() => undefined));
      if (!program) throw error;
      this.say("it gets in where ML Intern's own SSH does not");
      return program;
    }
  }

  private say(reason: string): void {
    const { host, logger } = this.options;
    logger.info(`The box ${host} is reached with the system's \`ssh\` program, because ${reason}.`);
  }

  private system(reason: string): BoxShell {
    const { host, configFile, confirmHostKey } = this.options;
    this.say(reason);
    return new ProgramShell({ host, configFile, confirmHostKey });
  }
}

/** It got in before; its agent, say, has gone since. */
function isShutOut(error: unknown): boolean {
  return MlInternError.is(error, 'box-auth') || MlInternError.is(error, 'box-unreachable');
}

/** As ssh2 says it of servers that are older or newer than it. */
function lacksAlgorithm(error: unknown): string | undefined {
  const said = MlInternError.is(error, 'box-unreachable') ? error.message : '';
  const missing = /no matching ([\w -]+)/i.exec(said)?.[1];
  return missing === undefined ? undefined : `ML Intern's own SSH and the server have no ${missing} in common`;
}
