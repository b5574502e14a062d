/** The connection that all commands of a box share: OpenSSH's own master, reached through a socket in a folder of ours. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MlInternError } from '../../../core/errors';
import type { ConfirmHostKey } from '../connect';
import { parseHost, patience } from '../destination';
import { readSettings } from '../settings';
import { type ProgramHost, sshArguments } from './arguments';
import { connectionFailure } from './failures';
import { startSsh } from './process';
import { trust } from './trust';

/** An unused one goes after so long, whatever has become of us. */
const idleSeconds = 60;
/** A socket's path may have 104 bytes, and `ssh` adds 17 of its own while it makes one. */
const longestFolder = 60;

/** A connection of a command's own. */
export const alone = ['-o', 'ControlMaster=no', '-o', 'ControlPath=none'];

export class Master {
  private folder: string | undefined;
  private starting: Promise<string[]> | undefined;
  /** OpenSSH for Windows shares no connections: each command then makes its own, once the first has worked. */
  private readonly shared = process.platform !== 'win32';
  private tried = false;

  constructor(
    private readonly target: ProgramHost,
    private readonly confirmHostKey: ConfirmHostKey | undefined,
  ) {}

  /** The arguments that lead a command through the connection, which is made when it is not there. */
  ready(): Promise<string[]> {
    this.starting ??= (this.shared ? this.share() : this.tryOnce()).finally(() => (this.starting = undefined));
    return this.starting;
  }

  async close(): Promise<void> {
    await this.starting?.catch(() => undefined);
    if (this.folder === undefined) return;
    if (await answers(this.socket())) await this.end();
    await rm(this.folder, { recursive: true, force: true });
    this.folder = undefined;
  }

  private async end(): Promise<void> {
    const { child, ended } = startSsh(sshArguments(this.target, ['-S', this.socketValue(), '-O', 'exit']));
    child.stdin.end();
    child.stdout.resume();
    await ended.catch(() => undefined);
  }

  private async share(): Promise<string[]> {
    this.folder ??= await mkdtemp(join(tmpdir().length > longestFolder ? '/tmp' : tmpdir(), 'mli-'));
    const path = ['-S', this.socketValue()];
    if (!(await answers(this.socket()))) {
      await rm(this.socket(), { force: true });
      await this.open([...path, '-M', '-N', '-f', '-o', `ControlPersist=${idleSeconds}`]);
    }
    return [...path, '-o', 'ControlMaster=no'];
  }

  private async tryOnce(): Promise<string[]> {
    if (!this.tried) await this.open(alone, 'exit 0');
    this.tried = true;
    return [...alone, ...(await this.patience())];
  }

  private async open(settings: string[], command?: string): Promise<void> {
    try {
      await this.connect(settings, command);
    } catch (error) {
      if (!MlInternError.is(error, 'box-host-key-unknown')) throw error;
      await trust(this.target, this.confirmHostKey);
      await this.connect(settings, command);
    }
  }

  private async connect(settings: string[], command?: string): Promise<void> {
    const ssh = startSsh(sshArguments(this.target, [...settings, ...(await this.patience())], command));
    ssh.child.stdin.end();
    ssh.child.stdout.resume();
    // A master goes on in the background, in some versions with our pipes: its start is over when the first process is.
    const backgrounded = once(ssh.child, 'exit').then(([code]) => (code === 0 ? 0 : ssh.ended));
    const code = await Promise.race([ssh.ended, backgrounded]);
    if (code !== 0) throw connectionFailure(this.target.host, ssh.stderr());
  }

  /** As the person has set it; `ssh` itself would wait for ever. */
  private async patience(): Promise<string[]> {
    const { host, configFile } = this.target;
    const { connectTimeoutMs, keepalive } = patience(await readSettings(parseHost(host), configFile));
    const seconds = (milliseconds: number) => Math.max(1, Math.round(milliseconds / 1000));
    return [
      `ConnectTimeout=${seconds(connectTimeoutMs)}`,
      `ServerAliveInterval=${seconds(keepalive.intervalMs)}`,
      `ServerAliveCountMax=${keepalive.countMax}`,
    ].flatMap((option) => ['-o', option]);
  }

  private socket(): string {
    return join(this.folder ?? '', 's');
  }

  private socketValue(): string {
    return this.socket().replaceAll('%', '%%');
  }
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
