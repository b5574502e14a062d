/** `ml-intern eval ...`: scores of models, and which of two is better. */
import { Command } from 'commander';
import type { Cli } from '../app';
import { compareCommand } from './eval/compare';
import { runCommand } from './eval/run';

const makers = [runCommand, compareCommand];

export function evalCommand(cli: Cli, done: (code: number) => void): Command {
  const group = new Command('eval').description('score models, and tell whether one is better than another');
  for (const make of makers) group.addCommand(make(cli, done));
  return group;
}
