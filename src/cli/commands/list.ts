import type { Command } from 'commander';
import type { RunSummary } from '../../core/run/runs';
import type { Cli, GlobalOptions } from '../app';
import { plain, shorten, table } from '../format';
import { command, examples } from '../options';
import { withRuns } from '../with-runs';

export function listCommand(cli: Cli, done: (code: number) => void): Command {
  return command('list', 'every run of the workspace, newest first')
    .addHelpText('after', examples(['Runs of the folder you are in', 'ml-intern runs list']))
    .action(async (options: GlobalOptions) => {
      const list = await withRuns(cli, options, (runs) => runs.list());
      const runs = list.toSorted((a, b) => (b.createdAt ?? '').localeCompare(a.createdAt ?? ''));
      if (options.json) cli.terminal.out(`${JSON.stringify({ runs })}\n`);
      else cli.terminal.out(`${runs.length === 0 ? 'No run in this workspace yet.' : runsTable(runs)}\n`);
      done(0);
    });
}

function runsTable(runs: readonly RunSummary[]): string {
  const rows = runs.map((run) => [
    run.id,
    stateText(run),
    run.phase ?? '–',
    run.createdAt?.slice(0, 16).replace('T', ' ') ?? '–',
    shorten(plain(run.goal), 60),
  ]);
  return table([['run', 'state', 'phase', 'begun (UTC)', 'goal'], ...rows]);
}

/** A log that ends without a stop and that nobody drives: the process died. */
export function stateText({ state, active }: Pick<RunSummary, 'state' | 'active'>): string {
  return !active && state === 'running' ? 'interrupted' : state;
}
