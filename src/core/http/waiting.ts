/** How long a server asks its caller to wait, and how long to wait when it does not say. */

/** `RateLimit: "api";r=0;t=55` and `Retry-After` (seconds or a date) are honoured; else 0.5, 1, 2, 4 seconds and so on. */
export function waitMilliseconds(headers: Headers, now: number, attempt: number): number {
  return fromRateLimit(headers) ?? fromRetryAfter(headers, now) ?? 500 * 2 ** (attempt - 1);
}

function fromRateLimit(headers: Headers): number | undefined {
  const value = headers.get('ratelimit') ?? '';
  const [remaining, seconds] = [/\br=(\d+)/.exec(value)?.[1], /\bt=(\d+)/.exec(value)?.[1]];
  return remaining === '0' && seconds !== undefined ? (Number(seconds) + 1) * 1000 : undefined;
}

function fromRetryAfter(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
