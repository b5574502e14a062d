/** `ml-intern practice`: one whole run in the practice world; needs no key, no GPU and no account. */
import type { Command } from 'commander';
import type { Autonomy } from '../../core/run/types';
import type { WatchRule } from '../../core/run/watch-rules';
import type { Cli, GlobalOptions } from '../app';
import { driveToEnd } from '../finish';
import { autonomyOption, command, examples, stopOnOption, wholeNumber } from '../options';
import { withRuns } from '../with-runs';

interface PracticeOptions extends GlobalOptions {
  seed: number;
  autonomy: Autonomy;
  experiments?: number;
  stopOn: WatchRule[];
}

export function practiceCommand(cli: Cli, done: (code: number) => void): Command {
  return command('practice', 'raise a tiny base model on a benchmark in a small offline world, from research to report')
    .option('--seed <n>', 'another seed is another world: other items, other order, another base model', wholeNumber, 1)
    .option('--experiments <n>', 'most experiments, up to five; two take half the time', wholeNumber)
    .addOption(autonomyOption('autopilot'))
    .addOption(stopOnOption())
    .addHelpText(
      'after',
      examples(
        ['Everything by itself, in about ten minutes on two cores', 'ml-intern practice'],
        ['For a script', 'ml-intern practice --json --workspace /tmp/try > result.json'],
        ['Decide about data and scripts yourself', 'ml-intern practice --autonomy ask-data-and-scripts'],
      ),
    )
    .action(async (options: PracticeOptions) => {
      const code = await withRuns(cli, options, async (runs, app) => {
        const handle = await runs.start(app.practiceConfig(options));
        return driveToEnd(runs, handle, cli, options);
      });
      done(code);
    });
}
