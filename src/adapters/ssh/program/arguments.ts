/** How the `ssh` program is called: the person's own configuration, less what would get in a machine's way. */
import { parseHost } from '../destination';

export interface ProgramHost {
  /** As `ssh` knows it: an alias, `user@host`, `user@host:port`. */
  host: string;
  configFile?: string | undefined;
}

const always = [
  // No terminal, no agent and no display for the box: commands are all that is asked of it.
  ...['-T', '-a', '-x'],
  ...[
    'BatchMode=yes',
    'LogLevel=ERROR',
    'ClearAllForwardings=yes',
    'PermitLocalCommand=no',
    'RemoteCommand=none',
  ].flatMap((option) => ['-o', option]),
];

/** What comes first counts, so `settings` outweigh the usual ones. */
export function sshArguments(target: ProgramHost, settings: readonly string[], command?: string): string[] {
  const { host, user, port } = parseHost(target.host);
  return [
    ...(target.configFile === undefined ? [] : ['-F', target.configFile]),
    ...settings,
    ...always,
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...['--', host],
    ...(command === undefined ? [] : [command]),
  ];
}

/** A path as a value of an option: `%` stands for something there, and a blank would end it. */
export function pathValue(path: string): string {
  return `"${path.replaceAll('%', '%%')}"`;
}
