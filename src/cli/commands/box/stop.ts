/** `ml-intern box stop HOST JOB`: asks a job to end; it gets time to save a checkpoint. */
import type { Command } from 'commander';
import { stateText } from '../../../core/box/job-telling';
import { findJob } from '../../../core/box/opened-box';
import type { Cli, GlobalOptions } from '../../app';
import { exitCodes } from '../../exit-codes';
import { plain } from '../../format';
import { examples } from '../../options';
import { withBox } from '../../with-box';
import { onBox } from './box-command';

export function stopJobCommand(cli: Cli, done: (code: number) => void): Command {
  return onBox('stop', 'ask a job to end: it may save a checkpoint first, then all of its processes are ended')
    .argument('<job>', 'id of the job, or the start of one')
    .addHelpText('after', examples(['End a job', 'ml-intern box stop gpu1 JOB']))
    .action((host: string, wanted: string, options: GlobalOptions) =>
      withBox(cli, host, options, async (box) => {
        const job = await box.stop((await findJob(box, wanted)).id);
        const more = job.state === 'finishing' ? ' It uses its grace to save what it has.' : '';
        cli.terminal.err(`Job ${job.id}: ${plain(stateText(job))}.${more}\n`);
        if (options.json) cli.terminal.out(`${JSON.stringify({ job })}\n`);
        done(exitCodes.ok);
      }),
    );
}
