/** Leaves a host alone for a while after it refused: what it said once is answered again at once, and costs nobody another wait. */
import type { Clock } from '../ports/common';
import type { Fetch } from './retry';
import { fromRetryAfter } from './waiting';

/** When the host does not say how long. */
const usualRestMs = 15_000;
const longestRestMs = 10 * 60_000;

export function resting(fetch: Fetch, clock: Clock): Fetch {
  const until = new Map<string, number>();
  return async (url, init) => {
    const { host } = new URL(url);
    const left = (until.get(host) ?? 0) - clock.now();
    if (left > 0) return refusal(left);
    const response = await fetch(url, init);
    if (response.status === 429) {
      const asked = fromRetryAfter(response.headers, clock.now()) ?? usualRestMs;
      until.set(host, clock.now() + Math.min(longestRestMs, asked));
    }
    return response;
  };
}

function refusal(leftMs: number): Response {
  return new Response('', { status: 429, headers: { 'retry-after': String(Math.ceil(leftMs / 1000)) } });
}
