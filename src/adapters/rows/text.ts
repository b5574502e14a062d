/** Bytes of a text file as text and as lines, in bounded memory, whatever its compression and encoding. */
import { Readable } from 'node:stream';
import { TextDecoder } from 'node:util';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';

/** A longer line holds no row that anybody could train on; it is counted as bad. */
export const longestLine = 256 * 2 ** 20;

/** Gzip and Zstandard by their first bytes, not by the file's name. */
export async function* unpacked(stream: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const [head, whole] = await withHead(stream);
  if (head[0] === 0x1f && head[1] === 0x8b) yield* gunzipped(whole);
  else if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) yield* unzstd(whole);
  else yield* whole;
}

export async function withHead(
  stream: AsyncIterable<Uint8Array>,
): Promise<[head: Uint8Array, whole: AsyncIterable<Uint8Array>]> {
  const iterator = stream[Symbol.asyncIterator]();
  const first = await iterator.next();
  const head = first.done ? new Uint8Array() : first.value;
  return [head, again(head, iterator)];
}

async function* again(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield head;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

async function* gunzipped(stream: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const source = Readable.from(stream);
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  yield* source.pipe(gunzip) as AsyncIterable<Uint8Array>;
}

async function* unzstd(stream: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const ready: Uint8Array[] = [];
  const decompress = new Decompress((chunk) => void (chunk.length > 0 && ready.push(chunk)));
  for await (const chunk of stream) {
    decompress.push(chunk);
    yield* ready.splice(0);
  }
  decompress.push(new Uint8Array(), true);
  yield* ready.splice(0);
}

/** UTF-8 and UTF-16, told by their byte order marks; the mark itself is left out. */
export async function* decoded(stream: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  let decoder: TextDecoder | undefined;
  for await (const chunk of stream) {
    decoder ??= new TextDecoder(encodingOf(chunk));
    yield decoder.decode(chunk, { stream: true });
  }
  if (decoder) yield decoder.decode();
}

function encodingOf(head: Uint8Array): string {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  return head[0] === 0xfe && head[1] === 0xff ? 'utf-16be' : 'utf-8';
}

/** Lines without their end; one longer than `longest` comes as null. Only `\n` ends a line: JSON may hold U+2028. */
export async function* linesOf(text: AsyncIterable<string>, longest = longestLine): AsyncIterable<string | null> {
  let parts: string[] = [];
  let length = 0;
  const taken = (): string | null => {
    const line = length > longest ? null : parts.join('').replace(/\r$/, '');
    parts = [];
    length = 0;
    return line;
  };
  const keep = (part: string): void => {
    length += part.length;
    if (length <= longest) parts.push(part);
    else parts = [];
  };
  for await (const chunk of text) {
    const pieces = chunk.split('\n');
    const last = pieces.pop() ?? '';
    for (const piece of pieces) {
      keep(piece);
      yield taken();
    }
    keep(last);
  }
  if (length > 0) yield taken();
}
