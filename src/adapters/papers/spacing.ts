/** One request at a time, with a pause between them, for a host that asks for it. */
import type { Fetch } from '../../core/http/retry';
import type { Clock } from '../../core/ports/common';
import type { HostTurns } from '../../core/ports/http-cache';

/** `turns` keeps the distance among processes, the queue within this one. */
export function spaced(fetch: Fetch, clock: Clock, spacingMs: number, turns?: HostTurns): Fetch {
  let free = Number.NEGATIVE_INFINITY;
  let queue: Promise<unknown> = Promise.resolve();
  const one = async (url: string, init?: RequestInit): Promise<Response> => {
    const turn = spacingMs === 0 ? 0 : ((await turns?.take(new URL(url).host, spacingMs)) ?? 0);
    const wait = Math.max(turn, free - clock.now());
    if (wait > 0) await clock.sleep(wait, init?.signal ?? undefined);
    init?.signal?.throwIfAborted();
    try {
      return await fetch(url, init);
    } finally {
      free = clock.now() + spacingMs;
    }
  };
  return (url, init) => {
    const turn = queue.then(() => one(url, init));
    queue = turn.catch(() => undefined);
    return turn;
  };
}
