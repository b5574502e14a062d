/** A box over whichever transport can do it: the built-in one, or the system's `ssh` where that alone knows how. */
import { unlessAborted } from '../../core/box/abort';
import { MlInternError } from '../../core/errors';
import type { Logger } from '../../core/ports/common';
import type { BoxShell, ExecOptions, ExecResult, StreamOptions, TransferOptions, Tunnel } from '../../core/ports/shell';
import { resolveDestination } from './destination';
import { ProgramShell } from './program/program-shell';
import { hasSshProgram } from './program/process';
import { SshShell, type SshShellOptions } from './ssh-shell';

export interface AutoShellOptions extends SshShellOptions {
  logger: Logger;
}

export class AutoShell implements BoxShell {
  readonly name: string;
  private chosen: Promise<BoxShell> | undefined;

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
    return (await this.shell(options.signal)).upload(localPath, remotePath, options);
  }

  async download(remotePath: string, localPath: string, options: TransferOptions): Promise<void> {
    return (await this.shell(options.signal)).download(remotePath, localPath, options);
  }

  async tunnel(port: number, localPort?: number, signal?: AbortSignal): Promise<Tunnel> {
    return (await this.shell(signal)).tunnel(port, localPort, signal);
  }

  async close(): Promise<void> {
    const chosen = await this.chosen?.catch(() => undefined);
    await chosen?.close();
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
      if (reason === undefined || !(await hasSshProgram())) throw error;
      return this.system(reason);
    }
  }

  private system(reason: string): BoxShell {
    const { host, configFile, confirmHostKey, logger } = this.options;
    logger.info(`The box ${host} is reached with the system's \`ssh\` program, because ${reason}.`);
    return new ProgramShell({ host, configFile, confirmHostKey });
  }
}

/** As ssh2 says it of servers that are older or newer than it. */
function lacksAlgorithm(error: unknown): string | undefined {
  const said = MlInternError.is(error, 'box-unreachable') ? error.message : '';
  const missing = /no matching ([\w -]+)/i.exec(said)?.[1];
  return missing === undefined ? undefined : `ML Intern's own SSH and the server have no ${missing} in common`;
}
