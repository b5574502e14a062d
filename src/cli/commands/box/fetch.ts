/** `ml-intern box fetch HOST JOB [PATH...]`: brings what a job left behind to this machine; its size is told first. */
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { cannot, findJob } from '../../../core/box/opened-box';
import type { FetchReport } from '../../../core/ports/box-files';
import { sizeText } from '../../../core/size';
import type { Cli, GlobalOptions } from '../../app';
import { exitCodes } from '../../exit-codes';
import { plain } from '../../format';
import { examples } from '../../options';
import type { Terminal } from '../../terminal';
import { transferTeller } from '../../transfer';
import { withBox } from '../../with-box';
import { onBox } from './box-command';

interface FetchOptions extends GlobalOptions {
  into?: string;
}

export function fetchCommand(cli: Cli, done: (code: number) => void): Command {
  return onBox('fetch', 'bring what a job left behind to this machine; only what is not here yet, verified by its hash')
    .argument('<job>', 'id of the job, or the start of one')
    .argument('[paths...]', 'files and folders to fetch (default: everything)')
    .option('--into <dir>', 'folder to put them in (default: a folder named like the job, here)')
    .addHelpText(
      'after',
      examples(
        ['Everything, into a folder of its own', 'ml-intern box fetch gpu1 JOB'],
        ['The last checkpoint', 'ml-intern box fetch gpu1 JOB checkpoint-300 --into models/best'],
      ),
    )
    .action((host: string, wanted: string, paths: string[], options: FetchOptions) =>
      withBox(cli, host, options, async (box) => {
        if (!box.fetch) throw cannot(box, 'hand out what a job left behind');
        const { id } = await findJob(box, wanted);
        const folder = resolve(cli.cwd, options.into ?? join('.', id));
        const leaving = new AbortController();
        const off = cli.terminal.onInterrupt(() => leaving.abort());
        try {
          const onProgress = transferTeller(cli.terminal, 'Fetching');
          const report = await box.fetch(id, paths, folder, { onProgress, signal: leaving.signal });
          tell(report, cli.terminal);
          if (options.json) cli.terminal.out(`${JSON.stringify(report)}\n`);
          done(exitCodes.ok);
        } finally {
          off();
        }
      }),
    );
}

function tell({ folder, fetched, bytes, unchanged, skipped }: FetchReport, terminal: Terminal): void {
  const here = unchanged === 0 ? '' : `; ${unchanged} here already`;
  terminal.line(`${fetched === 1 ? '1 file is' : `${fetched} files are`} in ${folder} (${sizeText(bytes)}${here}).`);
  for (const { path, why } of skipped) terminal.line(`not fetched: ${plain(path)} (${plain(why)})`);
}
