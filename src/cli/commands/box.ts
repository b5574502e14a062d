/** `ml-intern box ...`: the machines that train, what they have, and what runs on them. */
import { Command } from 'commander';
import type { Cli } from '../app';
import { checkCommand } from './box/check';

const makers = [checkCommand];

export function boxCommand(cli: Cli, done: (code: number) => void): Command {
  const box = new Command('box').description('look at the machines that train, and at what runs on them');
  for (const make of makers) box.addCommand(make(cli, done));
  return box;
}
