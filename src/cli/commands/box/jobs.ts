/** `ml-intern box jobs HOST`: every job of the box, whoever submitted it and from where. */
import type { Command } from 'commander';
import { stateText } from '../../../core/box/job-telling';
import type { JobStatus } from '../../../core/ports/box';
import type { Cli, GlobalOptions } from '../../app';
import { exitCodes } from '../../exit-codes';
import { duration, plain, shorten, table } from '../../format';
import { examples } from '../../options';
import { withBox } from '../../with-box';
import { onBox } from './box-command';

export function jobsCommand(cli: Cli, done: (code: number) => void): Command {
  return onBox('jobs', 'every job of a box, the newest first; also those of other machines and runs')
    .addHelpText(
      'after',
      examples(['What runs on a box', 'ml-intern box jobs gpu1'], ['For a script', 'ml-intern box jobs gpu1 --json']),
    )
    .action(async (host: string, options: GlobalOptions) => {
      const jobs = (await withBox(cli, host, options, (box) => box.list())).toSorted((a, b) => begun(b) - begun(a));
      if (options.json) cli.terminal.out(`${JSON.stringify({ jobs })}\n`);
      else cli.terminal.out(`${jobs.length === 0 ? 'No job on this box yet.' : jobsTable(jobs)}\n`);
      done(exitCodes.ok);
    });
}

function jobsTable(jobs: readonly JobStatus[]): string {
  const rows = jobs.map((job) => [
    job.id,
    plain(job.run) || '–',
    job.kind,
    shorten(plain(stateText(job)), 70),
    job.startedAt === null ? '–' : duration(job.wallSeconds),
    job.gpus.length === 0 ? '–' : job.gpus.join(', '),
    begun(job) === 0 ? '–' : moment(begun(job)),
  ]);
  return table([['job', 'run', 'kind', 'state', 'ran', 'GPUs', 'since (UTC)'], ...rows]);
}

function begun(job: JobStatus): number {
  return job.submittedAt ?? job.startedAt ?? 0;
}

export function moment(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString().slice(0, 16).replace('T', ' ');
}
