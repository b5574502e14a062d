import type { Command } from 'commander';
import type { Cli, GlobalOptions } from '../app';
import { exitCodes } from '../exit-codes';
import { findRun } from '../find-run';
import { driveToEnd } from '../finish';
import { command, examples, judgeUrlOption, modelUrlOption } from '../options';
import { withRuns } from '../with-runs';

export function resumeCommand(cli: Cli, done: (code: number) => void): Command {
  return command('resume', 'take a run up where it stopped; jobs that went on meanwhile are found again')
    .argument('[run]', 'id, name or the start of one (default: the newest that has not finished)')
    .addOption(modelUrlOption())
    .addOption(judgeUrlOption())
    .addHelpText('after', examples(['After Ctrl-C, a crash or a reboot', 'ml-intern runs resume']))
    .action((wanted: string | undefined, options: GlobalOptions) =>
      withRuns(cli, options, async (runs) => {
        const run = await findRun(runs, wanted, ({ state }) => state !== 'finished');
        if (run.state === 'finished') {
          cli.terminal.err(`Run ${run.id} has finished; see "ml-intern runs show ${run.id}".\n`);
          return done(exitCodes.badUsage);
        }
        done(await driveToEnd(runs, await runs.resume(run.id), cli, options));
      }),
    );
}
