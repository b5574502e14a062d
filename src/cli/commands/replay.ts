/** `ml-intern runs replay`: whether the best experiment of a run comes out the same when it is done again. */
import type { Command } from 'commander';
import type { ReplayResult } from '../../core/experiments/replay';
import { replayInWords } from '../../core/experiments/replay-words';
import { appOptions, type Cli, type GlobalOptions } from '../app';
import { exitCodes } from '../exit-codes';
import { findRun } from '../find-run';
import { plain, scoreText } from '../format';
import { boxRootOption, command, examples, judgeUrlOption } from '../options';
import { withRuns } from '../with-runs';

interface ReplayOptions extends GlobalOptions {
  experiment?: string;
  box?: string;
}

export function replayCommand(cli: Cli, done: (code: number) => void): Command {
  return command('replay', 'repeat the best experiment from its manifest: is the new score in the interval of the old?')
    .argument('[run]', 'id, name or the start of one (default: the newest)')
    .option('--experiment <id>', 'repeat this one')
    .option('--box <host>', "train on this box (default: the run's)")
    .addOption(boxRootOption())
    .addOption(judgeUrlOption())
    .addHelpText('after', help)
    .action((wanted: string | undefined, options: ReplayOptions) =>
      withRuns(cli, options, async (runs, app) => {
        const { id } = await findRun(runs, wanted);
        const leaving = new AbortController();
        const off = cli.terminal.onInterrupt(() => leaving.abort());
        const { experiment, box } = options;
        const order = { view: await runs.view(id), experiment, box };
        try {
          const result = await app.replayRun(order, appOptions(cli, options), leaving.signal);
          cli.terminal.out(options.json ? `${JSON.stringify(result)}\n` : `${replayText(result)}\n`);
          done(result.repeated ? exitCodes.ok : exitCodes.failed);
        } finally {
          off();
        }
      }),
    );
}

const help = `${examples(['The best experiment', 'ml-intern runs replay'], ['On another box', 'ml-intern runs replay RUN --box gpu2 --json'])}
It is trained and evaluated on the dev items again; a changed benchmark, base model or script is refused before that, a
changed template, evaluator or environment is told. The exit code is 1 when the score or what was measured differs.
`;

export function replayText(result: ReplayResult): string {
  return replayInWords(result, scoreText).map(plain).join('\n');
}
