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

export interface Shell {
  readonly name: string;
  /** Runs a POSIX sh command line; a non-zero exit is a result, a lost connection is a `box-lost-contact` error. */
  exec(command: string, options?: ExecOptions): Promise<ExecResult>;
  /** Standard output as it comes; ends when the command ends with 0, throws `box-command` on another code, `box-lost-contact` when the connection drops. */
  stream(command: string, options?: { signal?: AbortSignal | undefined }): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}
