/** Faults that a test (or a person trying things out) can ask the practice servers for, request by request. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PracticeRequest, Reply } from './exchange';

export type Fault =
  /** Answers with this status instead. */
  | { kind: 'status'; status: number; headers?: Record<string, string>; body?: string }
  /** Cuts the connection half-way through the body. */
  | { kind: 'truncate' }
  /** Cuts the connection after so many bytes of an answer that streams, be it in the middle of a line. */
  | { kind: 'cut'; afterBytes: number }
  /** Says 200 and `application/json`, and sends a proxy's HTML page. */
  | { kind: 'invalid-json' }
  /** Keeps the caller waiting for the first byte. */
  | { kind: 'slow'; milliseconds: number }
  /** Takes the question and never answers; the connection ends when the caller, or the server, gives up. */
  | { kind: 'hang' }
  /** Closes the connection without an answer. */
  | { kind: 'reset' };

export type FaultHook = (request: PracticeRequest) => Fault | undefined;

export const rateLimited = (retryAfterSeconds?: number): Fault => ({
  kind: 'status',
  status: 429,
  headers: retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) },
  body: 'Too Many Requests',
});

/** The dataset viewer's way of saying that it is still computing the answer. */
export const notReady = (): Fault => ({
  kind: 'status',
  status: 500,
  headers: { 'x-error-code': 'ResponseNotReady', 'content-type': 'application/json' },
  body: JSON.stringify({ error: 'The response is not ready yet. Please retry later.' }),
});

/** The faulty reply, or undefined when the connection is to be closed without one. */
export async function applyFault(
  fault: Fault | undefined,
  reply: () => Promise<Reply | undefined>,
): Promise<Reply | undefined> {
  switch (fault?.kind) {
    case undefined:
    case 'truncate':
    case 'cut':
      return reply();
    case 'hang':
      return new Promise<never>(() => undefined);
    case 'reset':
      return undefined;
    case 'slow':
      await sleep(fault.milliseconds);
      return reply();
    case 'invalid-json':
      return {
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: '<html><body>Sign in to the network</body></html>',
      };
    case 'status':
      return { status: fault.status, headers: fault.headers ?? {}, body: fault.body ?? '' };
  }
}
