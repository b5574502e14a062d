/** Files to and from a box: sent by their content, so only what it lacks; fetched on demand, so only what is wanted. */

/** A file of this machine: on its disk (an absolute path), or in memory. */
export interface LocalFile {
  sha256: string;
  bytes: number;
  source: string | Uint8Array;
}

export interface TransferProgress {
  bytes: number;
  totalBytes: number;
}

export interface StorageOptions {
  /** Told first with 0 bytes and the total. */
  onProgress?: (progress: TransferProgress) => void;
  signal?: AbortSignal | undefined;
}

export interface PushReport {
  /** Files and bytes that the box lacked. */
  sent: number;
  bytes: number;
  /** Files that it had. */
  already: number;
}

/** A file of a folder of code. */
export interface CodeFile extends LocalFile {
  /** Below the folder, with `/` between its parts. */
  path: string;
  executable: boolean;
}

export interface CodeReport {
  /** On the box. */
  folder: string;
  files: number;
  /** Files that lay there before and are not part of the code any more. */
  removed: number;
}

export type ArtifactKind = 'file' | 'folder' | 'link' | 'other';

export interface Artifact {
  /** Below the job's artifacts folder. Any text: it comes from the box. */
  path: string;
  kind: ArtifactKind;
  bytes: number;
  /** Unix seconds by the box's clock. */
  modifiedAt: number;
  /** Where a link leads; links are told and never followed. */
  target?: string | undefined;
}

export interface ArtifactList {
  artifacts: Artifact[];
  bytes: number;
  /** False when there are more than can be told. */
  complete: boolean;
}

export interface FetchReport {
  folder: string;
  fetched: number;
  bytes: number;
  /** Files that were here already, by their hash. */
  unchanged: number;
  skipped: { path: string; why: string }[];
}

export interface BoxStorage {
  /** Keeps files on the box under their hashes; one that was cut off goes on where it stopped. */
  push(files: readonly LocalFile[], options?: StorageOptions): Promise<PushReport>;
  /** Lays out files that were pushed before as `code/NAME` on the box: as a whole, in place of what lay there. */
  layOut(name: string, files: readonly CodeFile[], signal?: AbortSignal): Promise<CodeReport>;
  artifacts(id: string, signal?: AbortSignal): Promise<ArtifactList>;
  /** Fetches files, and folders with all below them, into a folder of this machine and nowhere else. No paths: everything. */
  fetch(id: string, paths: readonly string[], folder: string, options?: StorageOptions): Promise<FetchReport>;
}
