/** Redirects, one by one: what is only for the first host never reaches another. */
import type { Fetch } from './retry';

const mostHops = 5;
const onlyForTheFirst = ['authorization', 'cookie', 'x-api-key', 'proxy-authorization'];

/** For reading only: a redirected request is asked again as it was. */
export function following(fetch: Fetch): Fetch {
  return async (first, init = {}) => {
    let url = first;
    for (let hops = 0; ; hops++) {
      const response = await fetch(url, { ...init, headers: headersFor(url, first, init.headers), redirect: 'manual' });
      const next = redirectOf(response, url);
      if (next === undefined) return at(response, url);
      if (hops >= mostHops) throw new Error(`it redirects more than ${mostHops} times`);
      await response.body?.cancel();
      url = next;
    }
  };
}

export function redirectOf(response: Pick<Response, 'status' | 'headers'>, url: string): string | undefined {
  const location = response.headers.get('location');
  if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return undefined;
  return URL.canParse(location, url) ? new URL(location, url).href : undefined;
}

function headersFor(url: string, first: string, headers: RequestInit['headers']): Headers {
  const bound = new Headers(headers);
  if (new URL(url).origin === new URL(first).origin) return bound;
  for (const name of onlyForTheFirst) bound.delete(name);
  return bound;
}

function at(response: Response, url: string): Response {
  if (response.url !== url) Object.defineProperty(response, 'url', { value: url });
  return response;
}
