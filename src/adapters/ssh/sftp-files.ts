/** Large files over SFTP: many requests ahead, so that a long way costs bandwidth only; in order, so that a cut leaves a good beginning. */
import { unlessAborted } from '../../core/box/abort';
import type { TransferOptions } from '../../core/ports/shell';
import { readFrom, writeFrom } from '../../node/local-file';
import { InFlight } from '../../core/in-flight';
import type { SftpChannel } from './sftp-channel';

/** Asked for or sent before the oldest of it is answered. */
const aheadBytes = 4 * 1024 * 1024;
/** Each message costs a turn here and there; this is the longest that OpenSSH takes and gives. */
const messageBytes = 255 * 1024;
/** Read at once from our own disk: a read costs a turn of the thread pool, however small it is. */
const diskBytes = 1024 * 1024;

export async function uploadBySftp(
  channel: SftpChannel,
  localPath: string,
  remotePath: string,
  { offset, signal, onProgress }: TransferOptions,
): Promise<void> {
  const handle = await openAt(channel, remotePath, offset);
  try {
    const writeBytes = Math.min(messageBytes, channel.mostWritten);
    const writes = new InFlight<number>(Math.ceil(aheadBytes / writeBytes));
    let position = offset;
    let done = offset;
    const settle = async () => {
      done += await unlessAborted(writes.next(), signal);
      onProgress?.(done);
    };
    for await (const chunk of readFrom(localPath, offset, diskBytes)) {
      for (let from = 0; from < chunk.length; from += writeBytes) {
        const piece = chunk.subarray(from, from + writeBytes);
        if (writes.full) await settle();
        writes.add(write(channel, handle, piece, position));
        position += piece.length;
      }
    }
    while (writes.size > 0) await settle();
  } finally {
    await close(channel, handle);
  }
}

export async function downloadBySftp(
  channel: SftpChannel,
  remotePath: string,
  localPath: string,
  options: TransferOptions,
): Promise<void> {
  const handle = await channel.request<Buffer>((sftp, answer) => sftp.open(remotePath, 'r', answer));
  try {
    const { size } = await channel.request<{ size: number }>((sftp, answer) => sftp.fstat(handle, answer));
    await writeFrom(localPath, readAhead(channel, handle, options.offset, size, options.signal), options);
  } finally {
    await close(channel, handle);
  }
}

async function* readAhead(
  channel: SftpChannel,
  handle: Buffer,
  offset: number,
  size: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const reads = new InFlight<Buffer>(Math.ceil(aheadBytes / messageBytes));
  for (let position = offset; position < size || reads.size > 0;) {
    while (position < size && !reads.full) {
      const length = Math.min(messageBytes, size - position);
      reads.add(readAll(channel, handle, position, length));
      position += length;
    }
    yield await unlessAborted(reads.next(), signal);
  }
}

/** A server may answer with fewer bytes than it was asked for; none at all means that the file became shorter. */
async function readAll(channel: SftpChannel, handle: Buffer, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  for (let done = 0; done < length;) {
    const count = await channel.request<number>((sftp, answer) =>
      sftp.read(handle, buffer, done, length - done, position + done, answer),
    );
    if (count === 0) throw new Error('the file became shorter while it was read');
    done += count;
  }
  return buffer;
}

async function write(channel: SftpChannel, handle: Buffer, chunk: Buffer, position: number): Promise<number> {
  await channel.request<unknown>((sftp, answer) => {
    sftp.write(handle, chunk, 0, chunk.length, position, (error) => answer(error, undefined));
  });
  return chunk.length;
}

async function openAt(channel: SftpChannel, path: string, offset: number): Promise<Buffer> {
  const flags = offset === 0 ? 'w' : 'r+';
  const handle = await channel.request<Buffer>((sftp, answer) => sftp.open(path, flags, answer));
  if (offset > 0) {
    await channel.request<unknown>((sftp, answer) =>
      sftp.fsetstat(handle, { size: offset } as Parameters<typeof sftp.fsetstat>[1], (error) =>
        answer(error, undefined),
      ),
    );
  }
  return handle;
}

/** Whatever went wrong before counts, not this. */
async function close(channel: SftpChannel, handle: Buffer): Promise<void> {
  await channel
    .request<unknown>((sftp, answer) => sftp.close(handle, (error) => answer(error, undefined)))
    .catch(() => undefined);
}
