/** What every command about a box has: the host, and where its folder lies. */
import type { Command } from 'commander';
import { boxRootOption, command } from '../../options';

export function onBox(name: string, description: string): Command {
  return command(name, description).argument('<host>', '"local", or a host as ssh knows it').addOption(boxRootOption());
}
