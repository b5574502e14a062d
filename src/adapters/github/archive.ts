/** A repository as the archive that GitHub packs of it: one request for all files, which no limit on questions counts. */
import { createGunzip } from 'node:zlib';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { extract } from 'tar-stream';

export interface ArchiveFile {
  path: string;
  bytes: number;
  /** Undefined for what is too large to be searched. */
  content: Uint8Array | undefined;
}

export interface ArchiveLimits {
  /** Unpacked, all files together. */
  totalBytes: number;
  fileBytes: number;
}

/** Calls `visit` for each file until it answers false; throws for what is no archive. */
export async function eachFile(
  archive: Uint8Array,
  limits: ArchiveLimits,
  visit: (file: ArchiveFile) => boolean,
): Promise<void> {
  const entries = extract();
  let left = limits.totalBytes;
  const reading = (async () => {
    for await (const entry of entries) {
      const { name, type, size = 0 } = entry.header;
      left -= size;
      if (left < 0) return;
      const path = name.split('/').slice(1).join('/');
      if (type !== 'file' || path === '' || size > limits.fileBytes) {
        entry.resume();
        if (type === 'file' && path !== '' && !visit({ path, bytes: size, content: undefined })) return;
        continue;
      }
      if (!visit({ path, bytes: size, content: await contentOf(entry) })) return;
    }
  })();
  const feeding = pipeline(Readable.from([archive]), createGunzip(), entries as unknown as NodeJS.WritableStream);
  // Whoever has seen enough leaves the rest of the archive unread.
  feeding.catch(() => undefined);
  await reading;
  entries.destroy();
}

async function contentOf(entry: AsyncIterable<unknown>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}
