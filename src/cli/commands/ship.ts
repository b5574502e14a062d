/** `ml-intern runs ship`: the last good model of a run, with its card. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { sizeText } from '../../core/size';
import { appOptions, type Cli, type GlobalOptions } from '../app';
import { exitCodes } from '../exit-codes';
import { findRun } from '../find-run';
import { plain } from '../format';
import { boxRootOption, command, examples } from '../options';
import { withBox } from '../with-box';
import { withRuns } from '../with-runs';

interface ShipOptions extends GlobalOptions {
  to: string;
}

export function shipCommand(cli: Cli, done: (code: number) => void): Command {
  return command('ship', 'the last good model of a run in a folder, with a model card written from the log')
    .argument('[run]', 'id, name or the start of one (default: the newest)')
    .requiredOption('--to <folder>', 'a folder of this machine that is not there yet')
    .addOption(boxRootOption())
    .addHelpText('after', examples(['Fetch it, verified', 'ml-intern runs ship --to out/model']))
    .action((wanted: string | undefined, options: ShipOptions) =>
      withRuns(cli, options, async (runs, app) => {
        const view = await runs.view((await findRun(runs, wanted)).id);
        const leaving = new AbortController();
        const off = cli.terminal.onInterrupt(() => leaving.abort());
        try {
          const answer = await withBox(cli, view.config?.box ?? 'local', options, (box) =>
            app.shipRun({ view, box, to: resolve(cli.cwd, options.to) }, appOptions(cli, options), {
              signal: leaving.signal,
            }),
          );
          const { experiment, folder, bytes, verified } = answer;
          const checked = verified === true ? ', the weights that were scored' : '';
          const text = `${plain(experiment)} is in ${plain(folder)} (${sizeText(bytes)}${checked}), with README.md.`;
          cli.terminal.out(options.json ? `${JSON.stringify(answer)}\n` : `${text}\n`);
          done(exitCodes.ok);
        } finally {
          off();
        }
      }),
    );
}
