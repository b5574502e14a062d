/** The practice servers with faults that a test sets while they run. */
import type { WorldContent } from '../../src/practice/servers/content';
import type { FaultHook } from '../../src/practice/servers/faults';
import {
  startPracticeServers,
  type PracticeServerOptions,
  type PracticeServers,
} from '../../src/practice/servers/start';

export interface FaultyServers extends PracticeServers {
  /** From now on; `undefined` is fair weather. */
  setFaults(hook: FaultHook | undefined): void;
}

export async function startFaultyServers(
  content: WorldContent,
  token?: string,
  more: Pick<PracticeServerOptions, 'role' | 'quotaBytes' | 'partBytes'> = {},
): Promise<FaultyServers> {
  let hook: FaultHook | undefined;
  const faults: FaultHook = (request) => hook?.(request);
  const servers = await startPracticeServers({ ...more, content, faults, ...(token !== undefined && { token }) });
  return { ...servers, setFaults: (next) => (hook = next) };
}

/** A hook that gives these faults in turn to requests that it is for, then none. */
export function inTurn(
  applies: (request: Parameters<FaultHook>[0]) => boolean,
  ...faults: ReturnType<FaultHook>[]
): FaultHook {
  const left = [...faults];
  return (request) => (applies(request) ? left.shift() : undefined);
}
