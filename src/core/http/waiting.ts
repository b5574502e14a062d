/** How long a server asks its caller to wait, and how long to wait when it does not say. */

/** `RateLimit: "api";r=0;t=55` and `Retry-After` (seconds or a date) are honoured; else 0.5, 1, 2, 4 seconds and so on. `jitter` (0 to 1) keeps callers apart that were refused at the same time. */
export function waitMilliseconds(headers: Headers, now: number, attempt: number, jitter = 0): number {
  const asked = fromRateLimit(headers) ?? fromRetryAfter(headers, now);
  const wait = asked ?? 500 * 2 ** (attempt - 1);
  // Never less than what the server asked for.
  return wait + Math.round(jitter * (asked === undefined ? wait / 2 : Math.min(1000, wait / 10)));
}

function fromRateLimit(headers: Headers): number | undefined {
  const value = headers.get('ratelimit') ?? '';
  const [remaining, seconds] = [/\br=(\d+)/.exec(value)?.[1], /\bt=(\d+)/.exec(value)?.[1]];
  return remaining === '0' && seconds !== undefined ? (Number(seconds) + 1) * 1000 : undefined;
}

export function fromRetryAfter(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
