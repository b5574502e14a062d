/** `ssh` ends with 255 when the connection fails, and so may a command: a mark on its error output tells them apart. */
import { randomUUID } from 'node:crypto';
import { shellQuote } from '../../../core/box/quote';

export interface ExitMark {
  command: string;
  /** What the command said by itself, and whether a code of 255 is its own. */
  read(stderr: string): { said: string; own: boolean };
}

export function markExit(command: string): ExitMark {
  const mark = `ml-intern-${randomUUID()}\n`;
  const tell = `if [ $code = 255 ]; then printf '%s\\n' ${mark.trimEnd()} >&2; fi`;
  return {
    // A shell of its own: one that is killed, or leaves early, still has its end told of.
    command: `sh -c ${shellQuote(command)}; code=$?; ${tell}; exit $code`,
    read: (stderr) => ({ said: stderr.replace(mark, ''), own: stderr.includes(mark) }),
  };
}
