/** Small ports: time, ids, logging, secrets, telling the person. */

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export interface Ids {
  /** A short random id, safe in file names. */
  next(): string;
}

export interface Logger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string, error?: unknown): void;
}

/** Secrets are bound to what they are for, e.g. `model:https://router.huggingface.co/v1` or `hub:https://huggingface.co`. */
export interface Secrets {
  get(name: string): Promise<string | undefined>;
  /** Absent where nothing can be kept. */
  keep?(name: string, value: string): Promise<void>;
  forget?(name: string): Promise<void>;
}

export interface Notifier {
  /** Tells the person something they may want to act on while the run goes on. */
  notify(message: string, urgency: 'info' | 'attention'): void;
}
