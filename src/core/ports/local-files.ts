/** Files of this machine, as what comes from and goes to a box needs them. Paths are absolute. */
import type { LocalFile } from './box-files';

export interface LocalFiles {
  /** Undefined unless a plain file lies there. */
  size(path: string): Promise<number | undefined>;
  hash(path: string, signal?: AbortSignal): Promise<string>;
  /** The bytes of the files, one after the other. Throws `bad-input` for one that is not as long as it was. */
  contents(files: readonly LocalFile[]): AsyncIterable<Uint8Array>;
  /** Tells where a path lies below `folder`, with its parents made. Refuses (`bad-input`) whatever is or leads outside. */
  places(folder: string): (path: string) => Promise<LocalPlace>;
  /** Answers the hash of what was written. */
  write(path: string, content: Uint8Array | AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<string>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
}

export interface LocalPlace {
  path: string;
  /** Of the plain file that lies there; undefined where none does. */
  bytes: number | undefined;
}
