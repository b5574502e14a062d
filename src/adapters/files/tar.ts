/** Many files as one stream of bytes, and back. */
import { type EventEmitter, once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { extract, pack as newPack, type Pack } from 'tar-stream';
import { MlInternError } from '../../core/errors';
import { InFlight } from '../../core/in-flight';
import type { LocalFile } from '../../core/ports/box-files';
import type { StreamedFile } from '../../core/ports/local-files';
import { readFrom } from '../../node/local-file';

const tinyBytes = 64 * 1024;
const readsAhead = 16;

export async function* pack(files: readonly LocalFile[]): AsyncGenerator<Uint8Array> {
  const stream = newPack();
  const filled = fill(stream, files);
  filled.catch((error: unknown) => stream.destroy(error as Error));
  try {
    yield* stream as AsyncIterable<Uint8Array>;
  } catch (error) {
    // The stream fails in its own words; who filled it knows the file.
    await filled;
    throw error;
  }
}

export async function* unpack(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<StreamedFile> {
  const stream = extract();
  pour(chunks, stream).then(
    () => stream.end(undefined),
    (error: unknown) => stream.destroy(error as Error),
  );
  try {
    for await (const entry of stream) {
      yield { name: entry.header.name, content: entry as AsyncIterable<Uint8Array> };
      entry.resume();
    }
  } catch (error) {
    throw MlInternError.is(error) ? error : brokenOff(error);
  }
}

/** What tar-stream's own streams have of Node's. */
type Target = EventEmitter & { destroyed: boolean; write(chunk: Uint8Array): boolean };

async function fill(stream: Pack, files: readonly LocalFile[]): Promise<void> {
  for await (const { file, content } of readAhead(files)) {
    await new Promise<void>((resolve, reject) => {
      const header = { name: file.sha256, size: file.bytes };
      const entry = stream.entry(header, (error) => (error ? reject(changed(file, error)) : resolve()));
      pour(content, entry).then(
        () => entry.end(undefined),
        (error: unknown) => entry.destroy(error as Error),
      );
    });
  }
  stream.finalize();
}

interface Loaded {
  file: LocalFile;
  content: AsyncIterable<Uint8Array>;
}

/** Tiny files are read while others are still being sent: opening one after the other takes longer than sending them. */
async function* readAhead(files: readonly LocalFile[]): AsyncGenerator<Loaded> {
  const ahead = new InFlight<Loaded>(readsAhead);
  for (const file of files) {
    if (ahead.full) yield await ahead.next();
    ahead.add(load(file));
  }
  while (ahead.size > 0) yield await ahead.next();
}

async function load(file: LocalFile): Promise<Loaded> {
  const { source, bytes } = file;
  if (typeof source !== 'string') return { file, content: one(source) };
  if (bytes > tinyBytes) return { file, content: readFrom(source, 0) };
  try {
    return { file, content: one(await readFile(source)) };
  } catch (error) {
    throw changed(file, error as Error);
  }
}

async function* one(content: Uint8Array): AsyncGenerator<Uint8Array> {
  if (content.length > 0) yield await Promise.resolve(content);
}

/** Writes as fast as the target takes it, for as long as it takes any. */
async function pour(chunks: AsyncIterable<Uint8Array>, target: Target): Promise<void> {
  const closed = once(target, 'close').catch(() => undefined);
  for await (const chunk of chunks) {
    if (target.destroyed) return;
    if (!target.write(chunk)) await Promise.race([once(target, 'drain').catch(() => undefined), closed]);
  }
}

function changed(file: LocalFile, cause: Error): MlInternError {
  const name = typeof file.source === 'string' ? file.source : file.sha256;
  return new MlInternError('bad-input', `The file ${name} could not be read as it was: ${cause.message}.`, {
    next: 'See that nothing changes or removes it, then try again.',
    cause,
  });
}

function brokenOff(cause: unknown): MlInternError {
  return new MlInternError('box-lost-contact', 'The stream of files from the box broke off.', {
    next: 'Try again: what arrived is kept.',
    cause,
  });
}
