/** Transfers of one shell: over one SFTP channel, opened when first needed, or over commands where the server has no SFTP. */
import type { Client } from 'ssh2';
import { unlessAborted } from '../../core/box/abort';
import { MlInternError } from '../../core/errors';
import type { FileTransfer, Shell, TransferOptions } from '../../core/ports/shell';
import { lostContact, transferFailed } from './errors';
import { SftpChannel } from './sftp-channel';
import { downloadBySftp, uploadBySftp } from './sftp-files';
import type { Slots } from './slots';
import { downloadByStream, uploadByStream } from './stream-files';

export class SshFiles implements FileTransfer {
  private channel: Promise<SftpChannel | undefined> | undefined;
  private from: Client | undefined;

  constructor(
    private readonly shell: Shell,
    private readonly slots: Slots,
    private readonly connected: () => Promise<Client>,
  ) {}

  async upload(localPath: string, remotePath: string, options: TransferOptions): Promise<void> {
    const sftp = await unlessAborted(this.sftp(), options.signal);
    if (!sftp) return uploadByStream(this.shell, localPath, remotePath, options);
    await uploadBySftp(sftp, localPath, remotePath, options).catch(this.explain(remotePath, options.signal));
  }

  async download(remotePath: string, localPath: string, options: TransferOptions): Promise<void> {
    const sftp = await unlessAborted(this.sftp(), options.signal);
    if (!sftp) return downloadByStream(this.shell, remotePath, localPath, options);
    await downloadBySftp(sftp, remotePath, localPath, options).catch(this.explain(remotePath, options.signal));
  }

  /** One channel a connection; undefined where there is no SFTP. */
  private async sftp(): Promise<SftpChannel | undefined> {
    const client = await this.connected();
    if (this.from !== client) this.channel = undefined;
    this.from = client;
    this.channel ??= this.start(client);
    return this.channel;
  }

  private async start(client: Client): Promise<SftpChannel | undefined> {
    const release = await this.slots.take();
    let gone = false;
    client.once('close', () => (gone = true));
    try {
      return await SftpChannel.start(client, this.shell.name, () => {
        release();
        if (this.from === client) this.channel = undefined;
      });
    } catch (error) {
      release();
      if (!gone && !isNotConnected(error)) return undefined;
      this.channel = undefined;
      throw lostContact(this.shell.name, error);
    }
  }

  private explain(path: string, signal: AbortSignal | undefined): (error: unknown) => never {
    return (error) => {
      // Node names its failures; what is left is the server's.
      const ours = MlInternError.is(error) || typeof (error as { code?: unknown }).code === 'string';
      throw ours || signal?.aborted ? error : transferFailed(this.shell.name, path, error as Error);
    };
  }
}

function isNotConnected(error: unknown): boolean {
  return (error as Error).message === 'Not connected';
}
