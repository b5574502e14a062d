/** `ml-intern data ...`: training data before it is used. */
import { Command } from 'commander';
import type { Cli } from '../app';
import { buildCommand } from './data/build';
import { mapCommand } from './data/map';
import { overlapCommand } from './data/overlap';
import { searchCommand } from './data/search';
import { sheetCommand } from './data/sheet';
import { synthCommand } from './data/synth';

const makers = [buildCommand, mapCommand, overlapCommand, searchCommand, sheetCommand, synthCommand];

export function dataCommand(cli: Cli, done: (code: number) => void): Command {
  const data = new Command('data').description('look at training data before it is used');
  for (const make of makers) data.addCommand(make(cli, done));
  return data;
}
