/** Answers of web services that are kept between runs, and whose turn it is at a host; both shared by every process of this machine. */

export interface KeptAnswer {
  /** The address that answered, after redirects. */
  url: string;
  status: number;
  /** Only those that matter later: the content's type and its validators. */
  headers: Record<string, string>;
  /** When it came, or was last found unchanged: milliseconds since the epoch. */
  at: number;
  body: Uint8Array;
}

/** A cache that fails is no cache: it forgets, and never disturbs whoever asks it. */
export interface HttpCache {
  read(key: string): Promise<KeptAnswer | undefined>;
  write(key: string, answer: KeptAnswer): Promise<void>;
  forget(key: string): Promise<void>;
}

export interface HostTurns {
  /** Takes the next turn at a host that wants `spacingMs` between two requests; answers the milliseconds to wait for it. */
  take(host: string, spacingMs: number): Promise<number>;
}
