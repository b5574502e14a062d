/** What every reader of web services shares: the cache on disk, the turns at hosts, and whether there is a network at all. */
import { join } from 'node:path';
import { DiskCache } from '../adapters/http-cache/disk-cache';
import { FileTurns } from '../adapters/http-cache/host-turns';
import { systemClock } from '../adapters/system/clock';
import type { HostTurns, HttpCache } from '../core/ports/http-cache';
import type { AppOptions } from './options';

export interface Web {
  cache: HttpCache;
  turns: HostTurns;
  offline: boolean;
}

export function openWeb({ home, settings }: Pick<AppOptions, 'home' | 'settings'>): Web {
  const folder = join(home, 'cache', 'http');
  return {
    cache: new DiskCache(join(folder, 'answers')),
    turns: new FileTurns(join(folder, 'turns'), systemClock),
    offline: settings.offline === true,
  };
}
