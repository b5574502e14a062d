/** Files of the workspace's `ml-intern/` folder. Paths are relative, with forward slashes; nothing escapes the root. */

export interface Store {
  /** Where the root lies, for people. */
  readonly location: string;
  read(path: string): Promise<string | undefined>;
  /** Writes by rename, so that a reader never sees half a file. */
  write(path: string, content: string): Promise<void>;
  /** Appends and, unless told otherwise, flushes all that the file holds to the disk before it resolves. */
  append(path: string, content: string | Uint8Array, options?: { flush: boolean }): Promise<void>;
  /** Cuts a file to `length` bytes, or grows it by a hole; used to mend a torn last line. */
  truncate(path: string, length: number): Promise<void>;
  /** Size in bytes, 0 when the file is missing. */
  size(path: string): Promise<number>;
  /** Bytes from `offset` to the end, or `limit` of them. */
  readFrom(path: string, offset: number, limit?: number): Promise<Uint8Array>;
  /** Names in a folder, sorted; empty when it is missing. */
  list(folder: string): Promise<string[]>;
  /** Takes the single-writer lock of a run's folder; throws `run-locked` naming the holder while that process lives. */
  lock(folder: string): Promise<RunLock>;
}

export interface RunLock {
  release(): Promise<void>;
  /** Gives up the little space that is held with the lock, so that a run's end can be written on a full disk. */
  freeReserve(): Promise<void>;
}
