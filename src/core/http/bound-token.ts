/** A token goes to the service that it belongs to, and nowhere else: not along a redirect, not to a host in an answer. */

/** The headers with the token in them where `url` lies on `endpoint`, and without any where it does not. */
export function withToken(headers: RequestInit['headers'], url: string, endpoint: string, token?: string): Headers {
  const bound = new Headers(headers);
  bound.delete('authorization');
  const isOwn = new URL(url).origin === new URL(endpoint).origin;
  if (token !== undefined && isOwn) bound.set('authorization', `Bearer ${token}`);
  return bound;
}
