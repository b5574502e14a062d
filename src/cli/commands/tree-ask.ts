/** `ml-intern runs branch|repeat|prune RUN EXPERIMENT`: what a person asks of the tree of experiments. */
import type { Command } from 'commander';
import type { TreeAction } from '../../core/run/types';
import type { Cli, GlobalOptions } from '../app';
import { findRun } from '../find-run';
import { command, examples } from '../options';
import { withRuns } from '../with-runs';
import { experimentNamed } from './tree';

interface AskOptions extends GlobalOptions {
  note?: string;
}

const told: Record<TreeAction, [description: string, done: string]> = {
  branch: ['ask for a new experiment that starts from this one', 'The agent is asked to try a new experiment from'],
  repeat: ['ask for this experiment again with another seed', 'The agent is asked to repeat'],
  prune: ['stop the work on this experiment and on all that descends from it', 'The work is stopped on'],
};

const asking =
  (action: TreeAction) =>
  (cli: Cli, done: (code: number) => void): Command =>
    command(action, told[action][0])
      .argument('<run>', 'id, name or the start of one')
      .argument('<experiment>', 'its id or the start of one, as "ml-intern runs tree" shows it')
      .option('--note <text>', 'what the agent should know, in your words')
      .addHelpText('after', examples(['With a word to the agent', `ml-intern runs ${action} RUN 02 --note "..."`]))
      .action((wanted: string, which: string, { note = '', ...options }: AskOptions) =>
        withRuns(cli, options, async (runs) => {
          const { id } = await findRun(runs, wanted);
          const experiment = experimentNamed(await runs.view(id), which).id;
          await runs.askOfTree(id, { action, experiment, note });
          if (options.json) cli.terminal.out(`${JSON.stringify({ runId: id, action, experiment })}\n`);
          else cli.terminal.out(`${told[action][1]} ${experiment}. It takes effect when the run goes on.\n`);
          done(0);
        }),
      );

export const branchCommand = asking('branch');
export const repeatCommand = asking('repeat');
export const pruneCommand = asking('prune');
