import type { Command } from 'commander';
import { MlInternError } from '../../core/errors';
import type { Cli, GlobalOptions } from '../app';
import { plain } from '../format';
import { command, examples } from '../options';
import { withRuns } from '../with-runs';

interface NeverOptions extends GlobalOptions {
  undo?: string;
}

export function neverCommand(cli: Cli, done: (code: number) => void): Command {
  return command('never', 'datasets that no run of this workspace may propose again, and why')
    .option('--undo <dataset>', 'allow this one to be proposed again')
    .addHelpText(
      'after',
      examples(['List them, allow one again', 'ml-intern runs never'], ['', 'ml-intern runs never --undo org/name']),
    )
    .action((options: NeverOptions) =>
      withRuns(cli, options, async (runs) => {
        const { terminal } = cli;
        if (options.undo !== undefined && !(await runs.allowAgain(options.undo))) throw notListed(options.undo);
        const list = await runs.never();
        const lines = list.map(({ dataset, reason }) => `${plain(dataset)}: ${plain(reason) || 'no reason given'}\n`);
        if (options.json) terminal.out(`${JSON.stringify({ never: list })}\n`);
        else terminal.out(lines.join('') || 'Any dataset may be proposed.\n');
        done(0);
      }),
    );
}

function notListed(dataset: string): MlInternError {
  return new MlInternError('bad-input', `${dataset} is not on the list of datasets that are never to be proposed.`, {
    next: 'See the list with "ml-intern runs never".',
  });
}
