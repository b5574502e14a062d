/** How the person wants host keys to be checked and kept. */
import { expandPath, type Tokens } from './expand';
import { named, type Settings } from './limits';
import { isYes } from './settings';

export interface HostKeyRules {
  knownHostsFiles: string[];
  /** Where a new host is written down; undefined for nowhere. */
  newHostsFile: string | undefined;
  /** Names of new hosts are written so that nobody can read them. */
  hashed: boolean;
  /** Of a host that is not known yet; a changed key is refused whatever this says. */
  unknownHost: 'ask' | 'accept' | 'refuse';
}

export function hostKeyRules(settings: Settings, tokens: Tokens): HostKeyRules {
  const user = filesOf(settings.get('userknownhostsfile') ?? ['~/.ssh/known_hosts'], tokens);
  const machine = filesOf(settings.get('globalknownhostsfile') ?? ['/etc/ssh/ssh_known_hosts'], tokens);
  return {
    knownHostsFiles: [...user, ...machine],
    newHostsFile: user[0] === '/dev/null' ? undefined : user[0],
    hashed: isYes(settings.get('hashknownhosts')?.[0]),
    unknownHost: unknownHost(settings.get('stricthostkeychecking')?.[0]),
  };
}

function filesOf(values: readonly string[], tokens: Tokens): string[] {
  return values.filter((value) => named(value) !== undefined).map((value) => expandPath(value, tokens));
}

function unknownHost(strict: string | undefined): HostKeyRules['unknownHost'] {
  if (isYes(strict)) return 'refuse';
  return /^(no|off|false|accept-new)$/i.test(strict ?? '') ? 'accept' : 'ask';
}
