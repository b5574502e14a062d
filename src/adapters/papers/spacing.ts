/** One request at a time, with a pause between them, for a host that asks for it. */
import { unlessAborted } from '../../core/box/abort';
import { noTimeLeft, type Fetch, type PatientInit } from '../../core/http/retry';
import type { Clock } from '../../core/ports/common';
import type { HostTurns } from '../../core/ports/http-cache';

/** `turns` keeps the distance among processes, the queue within this one. */
export function spaced(fetch: Fetch, clock: Clock, spacingMs: number, turns?: HostTurns): Fetch {
  let free = Number.NEGATIVE_INFINITY;
  let queue: Promise<unknown> = Promise.resolve();
  const one = async (url: string, init?: PatientInit): Promise<Response> => {
    const turn = spacingMs === 0 ? 0 : ((await turns?.take(new URL(url).host, spacingMs)) ?? 0);
    const wait = Math.max(turn, free - clock.now());
    if (wait > 0) await clock.sleep(wait, init?.signal ?? undefined);
    init?.signal?.throwIfAborted();
    if (init?.patience?.deadline?.aborted) throw noTimeLeft(url);
    try {
      return await fetch(url, init);
    } finally {
      free = clock.now() + spacingMs;
    }
  };
  return (url, init?: PatientInit) => {
    const before = queue;
    const turn = before.then(() => one(url, init));
    queue = turn.catch(() => undefined);
    // Its turn may be far off: those before it may be silent.
    const begun = unlessAborted(before, init?.patience?.deadline).catch(() => {
      throw noTimeLeft(url);
    });
    return begun.then(() => turn);
  };
}
