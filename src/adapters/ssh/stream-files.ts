/** Large files over a command's input and output, for servers without SFTP. */
import { shellQuote } from '../../core/box/quote';
import type { Shell, TransferOptions } from '../../core/ports/shell';
import { readFrom, writeFrom } from '../../node/local-file';

export async function uploadByStream(
  shell: Shell,
  localPath: string,
  remotePath: string,
  { offset, signal, onProgress }: TransferOptions,
): Promise<void> {
  const target = shellQuote(remotePath);
  // dd with nothing to copy cuts the file to the bytes that are good; `truncate` is not everywhere.
  const cut = offset === 0 ? '' : `dd if=/dev/null of=${target} bs=1 seek=${offset} count=0 2>/dev/null && `;
  const stdin = counted(readFrom(localPath, offset), offset, onProgress);
  const output = shell.stream(`${cut}cat ${offset === 0 ? '>' : '>>'}${target}`, { signal, stdin });
  for await (const _ of output);
}

export async function downloadByStream(
  shell: Shell,
  remotePath: string,
  localPath: string,
  options: TransferOptions,
): Promise<void> {
  const source = shellQuote(remotePath);
  const command = options.offset === 0 ? `cat ${source}` : `tail -c +${options.offset + 1} ${source}`;
  await writeFrom(localPath, shell.stream(command, { signal: options.signal }), options);
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
