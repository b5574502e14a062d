/** What a practice server's handler is given and what it answers, with the usual ways to build an answer. */
import type { Readable } from 'node:stream';

export type Service = 'hub' | 'docs' | 'viewer' | 'papers' | 'arxiv' | 'ar5iv' | 'semantic-scholar' | 'github';

export interface PracticeRequest {
  service: Service;
  method: string;
  /** Decoded path, so that `a%2Fb` and `a/b` are the same. */
  path: string;
  query: URLSearchParams;
  headers: Record<string, string>;
  /** As text; `bytes` for what is none. */
  body: string;
  bytes: Buffer;
  /** The server's own absolute URL. */
  self: string;
}

/** What was asked and how it was answered, for tests and for people who watch the practice world. */
export interface LoggedRequest {
  service: Service;
  method: string;
  path: string;
  query: string;
  headers: Record<string, string>;
  status: number;
}

export interface FileBody {
  size: number;
  open(): Readable;
}

/** An answer whose end is not known when it begins, e.g. a log that is followed. */
export interface StreamBody {
  size?: undefined;
  open(): Readable;
}

export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array | FileBody | StreamBody;
}

export type Handler = (request: PracticeRequest) => Promise<Reply | undefined> | Reply | undefined;

export function json(value: unknown, headers: Record<string, string> = {}, status = 200): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  };
}

export function text(body: string, type: string, status = 200): Reply {
  return { status, headers: { 'content-type': `${type}; charset=utf-8` }, body };
}

/** The first of the handlers that knows the path answers. */
export function firstOf(handlers: readonly Handler[]): Handler {
  return async (request) => {
    for (const handler of handlers) {
      const reply = await handler(request);
      if (reply !== undefined) return reply;
    }
    return undefined;
  };
}
