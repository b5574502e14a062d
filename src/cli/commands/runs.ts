/** `ml-intern runs …`: look at runs, take them up again, stop them, decide. */
import { Command } from 'commander';
import type { Cli } from '../app';
import { decideCommand } from './decide';
import { listCommand } from './list';
import { neverCommand } from './never';
import { recipesCommand } from './recipes';
import { replayCommand } from './replay';
import { reportCommand } from './report';
import { resumeCommand } from './resume';
import { shipCommand } from './ship';
import { showCommand } from './show';
import { stopCommand } from './stop';
import { treeCommand } from './tree';
import { branchCommand, pruneCommand, repeatCommand } from './tree-ask';
import { watchCommand } from './watch';

export function runsCommand(cli: Cli, done: (code: number) => void): Command {
  const runs = new Command('runs').description(
    'list, show, watch, resume, stop and report runs, read their recipe tables, and decide what they ask',
  );
  const makers = [
    ...[listCommand, showCommand, treeCommand, watchCommand, resumeCommand, stopCommand],
    ...[branchCommand, repeatCommand, pruneCommand, reportCommand],
    ...[recipesCommand, decideCommand, neverCommand, replayCommand],
    ...[shipCommand],
  ];
  for (const make of makers) runs.addCommand(make(cli, done));
  return runs;
}
