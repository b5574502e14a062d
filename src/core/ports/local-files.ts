/** Files of this machine, as what comes from and goes to a box needs them. Paths are absolute. */
import type { LocalFile } from './box-files';

export interface StreamedFile {
  name: string;
  content: AsyncIterable<Uint8Array>;
}

export interface LocalFiles {
  /** Undefined unless a plain file lies there. */
  size(path: string): Promise<number | undefined>;
  hash(path: string, signal?: AbortSignal): Promise<string>;
  /** One tar stream of files under their hashes. */
  pack(files: readonly LocalFile[]): AsyncIterable<Uint8Array>;
  /** The files of a tar stream; each is read before the next comes. */
  unpack(stream: AsyncIterable<Uint8Array>): AsyncIterable<StreamedFile>;
  /** Tells where a path lies below `folder`, with its parents made. Refuses (`bad-input`) whatever is or leads outside. */
  places(folder: string): (path: string) => Promise<string>;
  /** Answers the hash of what was written. */
  write(path: string, content: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<string>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
}
