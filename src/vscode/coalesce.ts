/** Turns many requests into at most one call per interval; the first comes at once, the last is never lost. */

export interface Coalesced {
  request: () => void;
  dispose: () => void;
}

export function coalesce(milliseconds: number, act: () => void): Coalesced {
  let timer: NodeJS.Timeout | undefined;
  let again = false;
  let disposed = false;
  const run = (): void => {
    again = false;
    act();
    timer = setTimeout(() => {
      timer = undefined;
      if (again) run();
    }, milliseconds);
  };
  return {
    request: () => {
      if (disposed) return;
      if (timer === undefined) run();
      else again = true;
    },
    dispose: () => {
      disposed = true;
      clearTimeout(timer);
    },
  };
}
