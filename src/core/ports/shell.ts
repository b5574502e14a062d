/** A place where commands run: the local machine, or a box over SSH. `core/box` builds the Box port on top of it. */

export interface ExecResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface ExecOptions {
  stdin?: string | Uint8Array;
  signal?: AbortSignal | undefined;
  /** Default 60 000 ms. */
  timeoutMs?: number;
}

export interface StreamOptions {
  signal?: AbortSignal | undefined;
  /** Standard input, written as fast as the command reads it. */
  stdin?: AsyncIterable<Uint8Array>;
}

export interface TransferOptions {
  /** Bytes that the target has already; the rest follows them. 0 starts anew. */
  offset: number;
  /** How long the whole file is, where that is known: the way is chosen by it. */
  bytes?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Bytes written so far, `offset` included. */
  onProgress?: (bytes: number) => void;
}

/** A port of this machine's loopback that leads to one of the box's loopback. */
export interface Tunnel {
  port: number;
  close(): Promise<void>;
}

export interface Shell {
  readonly name: string;
  /** Runs a POSIX sh command line; a non-zero exit is a result, a lost connection is a `box-lost-contact` error. */
  exec(command: string, options?: ExecOptions): Promise<ExecResult>;
  /** Standard output as it comes; ends when the command ends with 0, throws `box-command` on another code, `box-lost-contact` when the connection drops. */
  stream(command: string, options?: StreamOptions): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** Large files, one at a time; both paths are absolute. Parent folders must exist. A lost connection is `box-lost-contact`. */
export interface FileTransfer {
  upload(localPath: string, remotePath: string, options: TransferOptions): Promise<void>;
  download(remotePath: string, localPath: string, options: TransferOptions): Promise<void>;
}

export interface Tunnels {
  /** Forwards `port` of the box's loopback; `localPort` 0 or absent takes a free one. */
  tunnel(port: number, localPort?: number, signal?: AbortSignal): Promise<Tunnel>;
}

/** What every box offers to the host. */
export type BoxShell = Shell & FileTransfer & Tunnels;
