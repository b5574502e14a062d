/** `ml-intern papers ...`: find papers, read them, and follow who cites whom. */
import { Command } from 'commander';
import type { Cli } from '../app';
import { citesCommand } from './papers/cites';
import { readCommand } from './papers/read';
import { searchCommand } from './papers/search';

const makers = [searchCommand, readCommand, citesCommand];

export function papersCommand(cli: Cli, done: (code: number) => void): Command {
  const papers = new Command('papers').description('find papers, read them, and follow who cites whom');
  for (const make of makers) papers.addCommand(make(cli, done));
  return papers;
}
