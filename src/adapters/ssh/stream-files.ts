/** Large files over a command's input and output, for servers without SFTP. */
import { shellQuote } from '../../core/box/quote';
import type { Shell, TransferOptions } from '../../core/ports/shell';
import { readFrom, writeFrom } from '../../node/local-file';

/** Read at once: a read costs a turn of the thread pool, however small it is. */
const diskBytes = 1024 * 1024;

/** Where the fastest way is worth its beginnings: another sign-in, a question to the box. */
const largeBytes = 64 * 1024 * 1024;

export function isLarge({ offset, bytes = 0 }: TransferOptions): boolean {
  return bytes - offset >= largeBytes;
}

export async function uploadByStream(
  shell: Shell,
  localPath: string,
  remotePath: string,
  { offset, signal, onProgress }: TransferOptions,
): Promise<void> {
  const target = shellQuote(remotePath);
  // dd with nothing to copy cuts the file to the bytes that are good; `truncate` is not everywhere.
  const cut = offset === 0 ? '' : `dd if=/dev/null of=${target} bs=1 seek=${offset} count=0 2>/dev/null && `;
  const stdin = counted(readFrom(localPath, offset, diskBytes), offset, onProgress);
  const output = shell.stream(`${cut}cat ${offset === 0 ? '>' : '>>'}${target}`, { signal, stdin });
  for await (const _ of output);
}

export async function downloadByStream(
  shell: Shell,
  remotePath: string,
  localPath: string,
  options: TransferOptions,
): Promise<void> {
  const command = restOf(remotePath, options.offset);
  await writeFrom(localPath, shell.stream(command, { signal: options.signal }), options);
}

/** The command that prints a file from `offset` on. */
export function restOf(remotePath: string, offset: number): string {
  const source = shellQuote(remotePath);
  return offset === 0 ? `cat ${source}` : `tail -c +${offset + 1} ${source}`;
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  offset: number,
  onProgress: TransferOptions['onProgress'],
): AsyncGenerator<Uint8Array> {
  let done = offset;
  for await (const chunk of chunks) {
    yield chunk;
    done += chunk.length;
    onProgress?.(done);
  }
}
