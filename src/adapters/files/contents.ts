/** The bytes of many files, one after the other: small ones are read ahead and put together, since each piece has its price on the way. */
import { MlInternError } from '../../core/errors';
import { InFlight } from '../../core/in-flight';
import type { LocalFile } from '../../core/ports/box-files';
import { readFrom, readStart } from '../../node/local-file';

const tinyBytes = 64 * 1024;
const readsAhead = 16;
const pieceBytes = 256 * 1024;

export async function* contents(files: readonly LocalFile[]): AsyncGenerator<Uint8Array> {
  let together: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunksOf(files)) {
    together.push(chunk);
    bytes += chunk.length;
    if (bytes < pieceBytes) continue;
    yield Buffer.concat(together);
    together = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(together);
}

async function* chunksOf(files: readonly LocalFile[]): AsyncGenerator<Uint8Array> {
  const ahead = new InFlight<AsyncIterable<Uint8Array> | Uint8Array>(readsAhead);
  for (const file of files) {
    if (ahead.full) yield* whole(await ahead.next());
    ahead.add(load(file));
  }
  while (ahead.size > 0) yield* whole(await ahead.next());
}

async function* whole(content: AsyncIterable<Uint8Array> | Uint8Array): AsyncGenerator<Uint8Array> {
  if (content instanceof Uint8Array) yield await Promise.resolve(content);
  else yield* content;
}

async function load(file: LocalFile): Promise<AsyncIterable<Uint8Array> | Uint8Array> {
  const { source, bytes } = file;
  if (typeof source === 'string' && bytes > tinyBytes) return asLongAsBefore(file, readFrom(source, 0));
  const content = typeof source === 'string' ? await readStart(source, bytes + 1).catch(unreadable(file)) : source;
  if (content.length !== bytes) throw changed(file);
  return content;
}

/** The receiver counts bytes: one more or less would shift all that follows. */
async function* asLongAsBefore(file: LocalFile, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let left = file.bytes;
  for await (const chunk of chunks) {
    left -= chunk.length;
    if (left < 0) throw changed(file);
    yield chunk;
  }
  if (left > 0) throw changed(file);
}

function unreadable(file: LocalFile) {
  return (error: Error): never => {
    throw changed(file, error);
  };
}

function changed(file: LocalFile, cause?: Error): MlInternError {
  const name = typeof file.source === 'string' ? file.source : file.sha256;
  const why = cause?.message ?? 'it is no longer as long as it was';
  return new MlInternError('bad-input', `The file ${name} could not be read as it was: ${why}.`, {
    next: 'See that nothing changes or removes it, then try again.',
    cause,
  });
}
