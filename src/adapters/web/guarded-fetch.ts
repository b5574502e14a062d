/** `fetch` for pages that the agent names: every step of a redirect is checked anew, and no more is read than is of use. */
import { redirectOf } from '../../core/http/redirects';
import type { Fetch } from '../../core/http/retry';
import { MlInternError } from '../../core/errors';
import { ask, type Answer, type Guard } from './guarded-request';

const mostHops = 5;

/** A body is cut after `maxBytes` of its type: one that is just as long was longer. */
export function guardedFetch(guard: Guard, maxBytes: (contentType: string) => number): Fetch {
  return async (first, init = {}) => {
    const signal = init.signal ?? AbortSignal.timeout(60_000);
    let url = new URL(first);
    for (let hops = 0; hops <= mostHops; hops++) {
      const answer = await ask(url, await guard.check(url), signal);
      const next = redirectOf(answer, url.href);
      if (next === undefined) return responseOf(answer, url.href, maxBytes);
      answer.body.destroy();
      url = new URL(next);
    }
    throw new MlInternError('bad-input', `${new URL(first).host} redirects more than ${mostHops} times.`, {
      next: 'Give the address that the page finally has.',
    });
  };
}

async function responseOf(
  { status, headers, body }: Answer,
  url: string,
  maxBytes: (contentType: string) => number,
): Promise<Response> {
  const bytes = await beginning(body, maxBytes(headers.get('content-type') ?? ''));
  const empty = [101, 204, 205, 304].includes(status);
  // What is unpacked here must not be unpacked again.
  headers.delete('content-encoding');
  const response = new Response(empty ? null : bytes, { status: Math.max(200, status), headers });
  Object.defineProperty(response, 'url', { value: url });
  return response;
}

async function beginning(body: Answer['body'], maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= maxBytes) break;
  }
  body.destroy();
  return new Uint8Array(Buffer.concat(chunks).subarray(0, maxBytes));
}
