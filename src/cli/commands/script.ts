/** `ml-intern script ...`: a training script before it is launched. */
import { Command } from 'commander';
import type { Cli } from '../app';
import { forecastCommand } from './script/forecast';
import { lintCommand } from './script/lint';

const makers = [forecastCommand, lintCommand];

export function scriptCommand(cli: Cli, done: (code: number) => void): Command {
  const script = new Command('script').description('look at a training script before it is launched');
  for (const make of makers) script.addCommand(make(cli, done));
  return script;
}
