/** `ml-intern box wheelhouse HOST`: brings the packages of environments to a box without internet. */
import { Option, type Command } from 'commander';
import { sizeText } from '../../../core/size';
import type { Cli, GlobalOptions } from '../../app';
import { exitCodes } from '../../exit-codes';
import { plain } from '../../format';
import { examples } from '../../options';
import { withBox } from '../../with-box';
import { environmentNames, onBox } from './box-command';

interface WheelhouseOptions extends GlobalOptions {
  sets: string[];
}

export function wheelhouseCommand(cli: Cli, done: (code: number) => void): Command {
  return onBox('wheelhouse', 'download packages here and bring them to a box that reaches no package index')
    .addOption(
      new Option('--sets <names...>', 'of which environments').choices(environmentNames).default(['train', 'eval']),
    )
    .addHelpText(
      'after',
      examples(
        ['All that runs need', 'ml-intern box wheelhouse gpu1'],
        ['Only what serves models', 'ml-intern box wheelhouse gpu1 --sets serve'],
      ),
    )
    .action(async (host: string, options: WheelhouseOptions) => {
      const app = await cli.loadApp();
      const answer = await withBox(cli, host, options, (box) =>
        app.fillWheelhouse(box, {
          productRoot: cli.productRoot,
          sets: options.sets,
          onText: (text) => cli.terminal.err(text),
          onProgress: ({ bytes, totalBytes }) =>
            bytes === 0 && cli.terminal.err(`Sending ${sizeText(totalBytes)} that the box lacks.\n`),
        }),
      );
      if (options.json) cli.terminal.out(`${JSON.stringify(answer)}\n`);
      else cli.terminal.out(`${plain(answer.folder)} holds ${answer.wheels} wheels for Python ${answer.python}.\n`);
      done(exitCodes.ok);
    });
}
