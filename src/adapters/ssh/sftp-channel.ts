/** An SFTP channel whose requests end when it does: ssh2 leaves those unanswered that are made after a cut. */
import type { Client, SFTPWrapper } from 'ssh2';
import { lostContact } from './errors';

/** What every server takes. */
const surelyTaken = 32 * 1024;

type Answer<T> = (error: Error | null | undefined, value: T) => void;

export class SftpChannel {
  private readonly waiting = new Set<(reason: Error) => void>();
  private open = true;

  private constructor(
    private readonly sftp: SFTPWrapper,
    private readonly box: string,
    onClose: () => void,
  ) {
    sftp.once('close', () => {
      this.open = false;
      for (const giveUp of this.waiting) giveUp(lostContact(box));
      onClose();
    });
    // A server that breaks the protocol: ssh2 closes the channel.
    sftp.on('error', () => undefined);
  }

  /** Rejects where the server has no SFTP; `onClose` is called once, when the channel has gone. */
  static start(client: Client, box: string, onClose: () => void): Promise<SftpChannel> {
    return new Promise((resolve, reject) => {
      client.sftp((error, sftp) => {
        if (error) reject(error);
        else resolve(new SftpChannel(sftp, box, onClose));
      });
    });
  }

  /** Most bytes of one write: ssh2 sends the rest of a larger one later, and a cut would then leave a hole. */
  get mostWritten(): number {
    const { _maxWriteLen: most } = this.sftp as { _maxWriteLen?: unknown };
    return typeof most === 'number' && most > surelyTaken ? most : surelyTaken;
  }

  request<T>(send: (sftp: SFTPWrapper, answer: Answer<T>) => void): Promise<T> {
    if (!this.open) return Promise.reject(lostContact(this.box));
    return new Promise((resolve, reject) => {
      this.waiting.add(reject);
      send(this.sftp, (error, value) => {
        this.waiting.delete(reject);
        // The server's own answers have a number; ssh2's words for a cut have none.
        if (error) reject('code' in error ? error : lostContact(this.box, error));
        else resolve(value);
      });
    });
  }
}
