import type { Command } from 'commander';
import type { Cli, GlobalOptions } from '../app';
import { proposalText } from '../proposal-text';
import { findRun } from '../find-run';
import { plain } from '../format';
import { command, examples } from '../options';
import { needsPerson } from '../pending';
import { standInsOf } from '../stand-ins';
import { runSummary } from '../summary';
import { withRuns } from '../with-runs';
import { stateText } from './list';

export function showCommand(cli: Cli, done: (code: number) => void): Command {
  return command('show', 'where a run stands: scores, experiments, datasets, what it waits for')
    .argument('[run]', 'id, name or the start of one (default: the newest)')
    .addHelpText(
      'after',
      examples(['The newest run', 'ml-intern runs show'], ['For a script', 'ml-intern runs show RUN --json']),
    )
    .action((wanted: string | undefined, options: GlobalOptions) =>
      withRuns(cli, options, async (runs) => {
        const run = await findRun(runs, wanted);
        const view = await runs.view(run.id);
        if (options.json) cli.terminal.out(`${JSON.stringify(view)}\n`);
        else {
          const waiting = needsPerson(view).map(
            (proposal) => `waits for approval (${proposal.id})\n${proposalText(proposal)}`,
          );
          const head = `${plain(run.goal)}\n${stateText(run)}${view.phase === null ? '' : `, phase ${view.phase}`}`;
          const summary = runSummary(view, runs.folder(run.id), await standInsOf(view.config, cli.home));
          cli.terminal.out(`${[head, ...waiting, summary].join('\n\n')}\n`);
        }
        done(0);
      }),
    );
}
